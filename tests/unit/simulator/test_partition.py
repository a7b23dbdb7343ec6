"""An execution and what its states name stand in one partition, or the execution fails."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.cfn.render import render_template
from sfnorch.partitions import CONSOLES, find_partition
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.simulator.behaviour import Behaviour, Fault
from sfnorch.simulator.run import simulate
from sfnorch.template.resources import StackEnvironment

GOV = StackEnvironment(region="us-gov-west-1")
CATCH = {"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "End"}], "Retry": [{"ErrorEquals": ["States.ALL"]}]}
PUBLISH = {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Arguments": {"Message": "m"}, **CATCH}
READER = {"Resource": "arn:aws:states:::s3:getObject", "Arguments": {"Bucket": "b", "Key": "k"}}
CONFIG = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
DISTRIBUTED = {"ProcessorConfig": CONFIG, "StartAt": "I", "States": {"I": {"Type": "Succeed"}}}


def template(state: dict[str, Any]) -> str:
    """A template whose machine has this state, and then one that ends well."""
    states = {"T": {**state, "Next": "End"}, "End": {"Type": "Succeed"}}
    definition = {"QueryLanguage": "JSONata", "StartAt": "T", "States": states}
    machine = {"Type": "AWS::Serverless::StateMachine", "Properties": {"Name": "m", "Definition": definition}}
    return json.dumps({"Resources": {"M": machine}})


def cause(name: str, was: str) -> str:
    return (
        f"An error occurred while executing the state '{name}'. The resource belongs to a different partition from the "
        f"running execution. Expected 'aws-us-gov', was '{was}'."
    )


WITHIN = {"StartAt": "Tell", "States": {"Tell": {**PUBLISH, "End": True, "Catch": []}}}


@pytest.mark.parametrize(
    ("state", "name"),
    [
        (PUBLISH, "T"),
        ({**PUBLISH, "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f"}, "T"),
        ({**PUBLISH, "Resource": "arn:aws:states:us-east-1:123456789012:activity:a"}, "T"),
        ({"Type": "Parallel", "Branches": [WITHIN], **CATCH}, "Tell"),
        ({"Type": "Map", "Items": [1], "ItemProcessor": WITHIN, **CATCH}, "Tell"),
        ({"Type": "Map", "ItemReader": READER, "ItemProcessor": DISTRIBUTED, **CATCH}, "T"),
        ({"Type": "Map", "Items": [1], "ResultWriter": READER, "ItemProcessor": DISTRIBUTED, **CATCH}, "T"),
    ],
)
def test_nothing_catches_a_resource_of_another_partition(state: dict[str, Any], name: str):
    run = simulate(template(state), where=GOV)
    first = run.first
    assert (first.status, first.error, first.cause) == ("FAILED", "States.Runtime", cause(name, "aws"))
    assert (first.arn.split(":")[1], first.retries, run.messages) == ("aws-us-gov", 0, [])


def test_it_is_no_excuse_that_the_task_is_mocked():
    run = simulate(template(PUBLISH), behaviour=Behaviour(mocks={"T": {}}), where=GOV)
    assert run.first.error == "States.Runtime"


def test_the_same_machine_in_its_own_partition():
    assert simulate(template(PUBLISH)).first.status == "SUCCEEDED"
    text = template(PUBLISH).replace("arn:aws:", "arn:aws-us-gov:")
    assert simulate(text, where=GOV).first.status == "SUCCEEDED"
    assert simulate(text).first.error == "States.Runtime"


@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-west-1", "cn-north-1"])
def test_the_default_plan_runs_in_every_partition(region: str):
    text = render_template(build_workflow(parse_plan("pattern: master-child\n")), "sam")
    run = simulate(
        text, behaviour=Behaviour(faults=[Fault(job="glue-job-2-b", times=1)]), where=StackEnvironment(region=region)
    )
    assert run.first.status == "SUCCEEDED"
    assert [child["status"] for child in run.first.output["children"]].count("FAILED") == 1
    partition = find_partition(region).name
    assert {execution.arn.split(":")[1] for execution in run.executions} == {partition}
    (message,) = [message.message for message in run.messages if "https://" in message.message]
    links = [line.partition("https://")[2] for line in message.splitlines() if "https://" in line]
    assert len(links) == 3
    assert all(link.startswith(f"{region}.{CONSOLES[partition]}/") for link in links)
