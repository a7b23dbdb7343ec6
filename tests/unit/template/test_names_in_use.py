"""Names that a deployment would need while they are in use."""

from __future__ import annotations

import json
from typing import Any

from sfnorch.template.contents import evaluate_template
from sfnorch.template.names_in_use import DeployedResource, find_name_conflicts
from sfnorch.template.reader import parse_template
from sfnorch.template.resources import StackEnvironment

WHERE = StackEnvironment(region="eu-west-1", account="210987654321", stack_name="s")
ARN = "arn:aws:states:eu-west-1:210987654321:stateMachine:"


def conflicts(
    resources: dict[str, Any], deployed: list[tuple[str, str, str]], *replaced: str, **values: str
) -> list[str]:
    template = {
        "Parameters": {"Known": {"Type": "String", "Default": "x"}, "Unknown": {"Type": "String"}},
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        "Resources": resources,
    }
    stack = evaluate_template(parse_template(json.dumps(template), "t"), values, WHERE).stack
    there = [DeployedResource(logical_id=name, type=kind, physical_id=physical) for name, kind, physical in deployed]
    return list(find_name_conflicts(stack, there, replaced))


def machine(name: Any, kind: str = "AWS::StepFunctions::StateMachine", **more: Any) -> dict[str, Any]:
    key = "Name" if kind.startswith("AWS::Serverless") else "StateMachineName"
    return {"Type": kind, "Properties": {key: name}, **more}


OLD = ("Old", "AWS::StepFunctions::StateMachine", f"{ARN}s-orders")
MOVED = (
    "New: the name s-orders is in use by Old (AWS::StepFunctions::StateMachine), which is deleted only after New is "
    "created; deploy twice, first without New, or give it another name"
)


def test_a_name_that_moves():
    sub = {"Fn::Sub": "${AWS::StackName}-orders"}
    assert conflicts({"New": machine(sub)}, [OLD]) == [MOVED]
    assert conflicts({"New": machine(sub, "AWS::Serverless::StateMachine")}, [OLD]) == [MOVED]
    assert conflicts({"Old": machine(sub), "New": machine("s-others")}, [OLD]) == []
    assert conflicts({"New": machine(sub, Condition="Never")}, [OLD]) == []


def test_names_that_are_swapped():
    other = ("Other", "AWS::StepFunctions::StateMachine", f"{ARN}s-sales")
    found = conflicts({"Old": machine("s-sales"), "Other": machine("s-orders")}, [OLD, other], "Old", "Other")
    assert [line.partition(",")[0] for line in found] == [
        "Old: the name s-sales is in use by Other (AWS::StepFunctions::StateMachine)",
        "Other: the name s-orders is in use by Old (AWS::StepFunctions::StateMachine)",
    ]


def test_a_custom_named_resource_that_must_be_replaced():
    (line,) = conflicts({"Old": machine("s-orders")}, [OLD], "Old")
    assert line == (
        "Old: its changes require replacement, and its custom name s-orders is in use until the old "
        "AWS::StepFunctions::StateMachine is deleted; give it another name, or remove it in one deployment and add it "
        "in the next"
    )
    assert conflicts({"Old": machine("s-orders-2")}, [OLD], "Old") == []
    assert conflicts({"Old": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {}}}, [OLD], "Old") == []


def test_names_that_parameters_make():
    assert conflicts({"New": machine({"Ref": "Known"})}, [OLD], Known="s-orders") == [MOVED]
    assert conflicts({"New": machine({"Ref": "Unknown"})}, [OLD]) == []


def test_a_type_that_only_cloudformations_schemas_know():
    trigger = {"Type": "AWS::Glue::Trigger", "Properties": {"Name": "t", "Type": "ON_DEMAND", "Actions": []}}
    deployed = [("Old", "AWS::Glue::Trigger", "t")]
    (line,) = conflicts({"New": trigger}, deployed)
    assert line.startswith("New: the name t is in use by Old (AWS::Glue::Trigger)")
    assert conflicts({"New": trigger}, [("Old", "AWS::Glue::Crawler", "t")]) == []


def test_types_whose_names_aws_makes_and_types_that_nobody_knows():
    deployed = [
        ("Old", "AWS::KMS::Key", "1"),
        ("Older", "Custom::Thing", "x"),
        ("Oldest", "AWS::SNS::Subscription", "a"),
    ]
    new = {
        "A": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {}}},
        "B": {"Type": "Custom::Thing", "Properties": {"Name": "x"}},
        "C": {"Type": "AWS::SNS::Subscription", "Properties": {"TopicArn": "a", "Protocol": "email"}},
        "D": {"Type": "AWS::StepFunctions::StateMachine"},
    }
    assert conflicts(new, deployed) == []
