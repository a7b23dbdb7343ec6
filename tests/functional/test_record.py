"""`sfnorch record`, whole: executions that were recorded on an emulator become scenarios, which pass."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from tests.conftest import Run
from tests.replay import Event, Replay
from tests.wire import Answer, Wire, json_answer, json_error, wire_to, xml_error

EXECUTION = "arn:aws:states:us-east-1:000000000000:execution"
RECORDINGS = Path(__file__).parent / "recordings"
STARTERS = Path(__file__).parents[2] / "src" / "sfnorch" / "plan" / "starters"

MASTER_CHILD = """\
pattern: master-child
name: etl
children:
- {name: orders, jobs: [extract-orders, clean-orders]}
- {name: sales, jobs: [extract-sales, sum-sales]}
"""
TASKS = """\
pattern: dag
name: nightly
environment: dev
tasks:
- {name: report, glue_job: make-report, needs: [facts, prices]}
- {name: facts, glue_job: load-facts, needs: [orders, prices]}
- {name: orders, glue_job: extract-orders}
- {name: prices, glue_job: extract-prices}
- {name: check, glue_job: check-prices, needs: [prices]}
"""
LOCKED = """\
pattern: flow
name: locked
overlap: skip
parameters:
  day: {type: date, default: today}
steps:
- {name: extract, glue_job: extract}
- {name: load, glue_job: load}
"""


class Histories:
    """Answers for recorded executions and their state machines, and for stacks with their templates."""

    def __init__(self, *names: str) -> None:
        runs = Replay.of(*names).runs if names else {}
        text = json.dumps(runs).replace("children failed", "child workflows failed")  # as now
        self.runs: dict[str, list[Event]] = json.loads(text)
        self.definitions: dict[str, Any] = {}
        """By the name of the state machine."""
        self.templates: dict[str, str] = {}
        """By the name of the stack."""
        self.parameters: dict[str, str] = {}

    def answer(self, operation: str, body: bytes) -> Answer | None:
        asked = json.loads(body) if body.startswith(b"{") else {}
        handler = getattr(self, f"_{operation}", None)
        return handler(asked) if handler else xml_error("ValidationError", f"{operation}: it does not exist")

    def _DescribeExecution(self, asked: Any) -> Answer:  # noqa: N802
        arn = asked["executionArn"]
        if arn not in self.runs:
            return json_error("ExecutionDoesNotExist", "Execution Does Not Exist")
        machine = arn.rpartition(":")[0].replace(":execution:", ":stateMachine:")
        row = {"executionArn": arn, "stateMachineArn": machine, "status": "FAILED", "startDate": 0}
        return json_answer(row)

    def _GetExecutionHistory(self, asked: Any) -> Answer:  # noqa: N802
        return json_answer({"events": self.runs[asked["executionArn"]]})

    def _DescribeStateMachineForExecution(self, asked: Any) -> Answer:  # noqa: N802
        name = asked["executionArn"].split(":")[-2]
        row = {"stateMachineArn": "x", "name": name, "definition": json.dumps(self.definitions[name]), "roleArn": "x",
               "updateDate": 0}  # fmt: skip
        return json_answer(row)

    def _DescribeStacks(self, _: Any) -> Answer:  # noqa: N802
        if not self.templates:
            return xml_error("ValidationError", "it does not exist")
        (name,) = self.templates
        rows = "".join(
            f"<member><ParameterKey>{key}</ParameterKey><ParameterValue>{value}</ParameterValue></member>"
            for key, value in self.parameters.items()
        )
        return _xml(
            "DescribeStacks", f"<Stacks><member>{_stack(name)}<Parameters>{rows}</Parameters></member></Stacks>"
        )

    def _DescribeStackResources(self, _: Any) -> Answer:  # noqa: N802
        if not self.templates:
            return xml_error("ValidationError", "it does not exist")
        (name,) = self.templates
        row = f"<StackId>{name}</StackId><LogicalResourceId>x</LogicalResourceId><ResourceType>x</ResourceType>"
        row += "<Timestamp>2026-01-01T00:00:00Z</Timestamp><ResourceStatus>CREATE_COMPLETE</ResourceStatus>"
        return _xml("DescribeStackResources", f"<StackResources><member>{row}</member></StackResources>")

    def _GetTemplate(self, _: Any) -> Answer:  # noqa: N802
        (text,) = self.templates.values()
        return _xml("GetTemplate", f"<TemplateBody>{escape(text)}</TemplateBody>")


def _stack(name: str) -> str:
    return (
        f"<StackId>{name}</StackId><StackName>{name}</StackName><StackStatus>CREATE_COMPLETE</StackStatus>"
        "<CreationTime>2026-01-01T00:00:00Z</CreationTime>"
    )


def _xml(operation: str, result: str) -> Answer:
    text = f"<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"
    return 200, "text/xml", text.encode()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """A wire on which only what a test answers exists."""
    for name, value in (
        ("ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("SECRET_ACCESS_KEY", "x"),
        ("DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(f"AWS_{name}", value)
    with wire_to("http://127.0.0.1:9") as wire:
        monkeypatch.setenv("AWS_ENDPOINT_URL", wire.address)
        yield wire


def copy_starter(name: str, stack_name: str) -> None:
    """Writes the files of a starter into the current folder, with a name."""
    for file in (STARTERS / name).iterdir():
        if file.is_file():
            Path(file.name).write_text(file.read_text())
    plan = Path("sfnorch.yaml")
    plan.write_text(f"name: {stack_name}\n{plan.read_text()}")


CASES = {
    "failed": ("failed", "etl-master:failed-r1", MASTER_CHILD),
    "clean": ("clean", "etl-master:clean-r1", MASTER_CHILD),
    "resumed": ("resumed", "etl-master:resumed-r1", MASTER_CHILD),
    "tasks": ("tasks", "etl-master:nightly-1", TASKS),
    "retry-catch": ("retry-catch", "retry-catch-flow:20261127-014128-f518a1", "retry-catch"),
    "parallel-map": ("parallel-map", "pm2-flow:20261127-014240-e3a5f2", "parallel-map"),
    "locked": ("overlap", "locked-flow:third", LOCKED),
    "dynamic": ("dynamic", "dyn-jobs:dynamic-r1", "pattern: dynamic\nname: dyn\n"),
}
"""What was recorded, the execution, and its plan or starter."""


@pytest.mark.parametrize("name", CASES)
def test_a_recorded_execution_is_a_scenario_that_passes(run: Run, aws: Wire, name: str):
    history, execution, plan = CASES[name]
    if "\n" in plan:
        Path("sfnorch.yaml").write_text(plan)
    else:
        copy_starter(plan, execution.partition("-flow")[0])
    aws.answer = Histories(history).answer
    done = run("record", f"{EXECUTION}:{execution}", "-o", f"{name}.sfntest.yaml")
    assert done.code == 0, done.err
    assert Path(f"{name}.sfntest.yaml").read_text() == (RECORDINGS / f"{name}.sfntest.yaml").read_text()
    tested = run("test", f"{name}.sfntest.yaml")
    assert tested.code == 0, tested.out
