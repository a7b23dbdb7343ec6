"""Runs of a machine with one Map, for the tests of Maps."""

from __future__ import annotations

import json
from typing import Any

from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import simulate

DISTRIBUTED = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
GET = "arn:aws:states:::s3:getObject"
LIST = "arn:aws:states:::s3:listObjectsV2"
PUT = "arn:aws:states:::s3:putObject"


def play_machine(states: dict[str, Any], given: Any = None, behaviour: Behaviour | None = None, **more: Any) -> Run:
    """Return the run of a machine with these states; it is in JSONPath unless `more` says otherwise."""
    definition = {"StartAt": next(iter(states)), "States": states, **more}
    properties = {"StateMachineName": "m", "Definition": definition}
    resources = {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}
    return simulate(json.dumps({"Resources": resources}), given, behaviour or Behaviour(enforce_permissions=False))


def make_map(inner: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return a distributed Map with these inner states; by default each item is the output of its execution."""
    states = inner or {"B": {"Type": "Pass", "End": True}}
    processor = {"ProcessorConfig": DISTRIBUTED, "StartAt": next(iter(states)), "States": states}
    return {"Type": "Map", "ItemProcessor": processor, "End": True, **more}


def read(content: str | bytes, *, key: str = "k", **config: Any) -> Run:
    """Return the run of a Map that reads this object and returns its items."""
    reader = {"Resource": GET, "ReaderConfig": config, "Parameters": {"Bucket": "b", "Key": key}}
    return read_objects({key: content}, reader)


def read_objects(objects: dict[str, str | bytes], reader: dict[str, Any], **more: Any) -> Run:
    """Return the run of a Map with this reader and these objects in the bucket `b`."""
    stored = {
        f"s3://b/{key}": content.encode() if isinstance(content, str) else content for key, content in objects.items()
    }
    return play_machine(
        {"M": make_map(ItemReader=reader, **more)}, {}, Behaviour(objects=stored, enforce_permissions=False)
    )
