"""Machines with their roles, from wherever a template may keep policies; alarms, topics, keys."""

from __future__ import annotations

import pytest

from sfnorch.errors import SfnorchError
from sfnorch.template.contents import Template, evaluate_template
from sfnorch.template.reader import parse_template

TRUST = "AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {Service: states.amazonaws.com}}}"
GRANT = "{Statement: [{Effect: Allow, Action: a:B, Resource: '*'}]}"


def read(resources: str, more: str = "") -> Template:
    return evaluate_template(parse_template(f"{more}Resources:\n{resources}", "t.yaml"))


def granted(template: Template) -> tuple[list[tuple[str, ...]], bool] | None:
    (machine,) = template.machines
    if machine.role is None:
        return None
    return [statement.actions for statement in machine.role.statements], machine.role.whole


NATIVE = "  M: {Type: AWS::StepFunctions::StateMachine, Properties: {RoleArn: !GetAtt R.Arn}}\n"
SAM = "  M: {Type: AWS::Serverless::StateMachine, Properties: {%s}}\n"
ROLES = {
    "inline": (
        NATIVE + f"  R: {{Type: AWS::IAM::Role, Properties: {{{TRUST}, "
        f"Policies: [{{PolicyName: p, PolicyDocument: {GRANT}}}]}}}}\n",
        ([("a:B",)], True),
    ),
    "an own managed policy": (
        NATIVE + f"  R: {{Type: AWS::IAM::Role, Properties: {{ManagedPolicyArns: [!Ref P]}}}}\n"
        f"  P: {{Type: AWS::IAM::ManagedPolicy, Properties: {{PolicyDocument: {GRANT}}}}}\n",
        ([("a:B",)], True),
    ),
    "AWS's managed policy": (
        NATIVE + "  R: {Type: AWS::IAM::Role, Properties: {ManagedPolicyArns: ['arn:aws:iam::aws:policy/P']}}\n",
        ([], False),
    ),
    "a policy beside it": (
        NATIVE + "  R: {Type: AWS::IAM::Role}\n"
        f"  P: {{Type: AWS::IAM::Policy, Properties: {{PolicyDocument: {GRANT}, Roles: [!Ref R]}}}}\n",
        ([("a:B",)], True),
    ),
    "a role policy": (
        NATIVE + "  R: {Type: AWS::IAM::Role}\n"
        f"  P: {{Type: AWS::IAM::RolePolicy, Properties: {{PolicyDocument: {GRANT}, RoleName: !Ref R}}}}\n",
        ([("a:B",)], True),
    ),
    "a managed policy that names it": (
        NATIVE + "  R: {Type: AWS::IAM::Role}\n"
        f"  P: {{Type: AWS::IAM::ManagedPolicy, Properties: {{PolicyDocument: {GRANT}, Roles: [!Ref R]}}}}\n",
        ([("a:B",)], True),
    ),
    "another's role": (NATIVE.replace("!GetAtt R.Arn", "arn:aws:iam::123456789012:role/r"), None),
    "policies that are imported": (
        NATIVE + "  R: {Type: AWS::IAM::Role, Properties: {Policies: !ImportValue x}}\n",
        ([], False),
    ),
    "SAM: a role": (
        SAM % "Role: !GetAtt R.Arn, Policies: [AWSLambdaRole]" + "  R: {Type: AWS::IAM::Role}\n",
        ([], True),
    ),
    "SAM: a document": (SAM % f"Policies: {GRANT}", ([("a:B",)], True)),
    "SAM: a policy template": (
        SAM % "Policies: [{LambdaInvokePolicy: {FunctionName: !Ref AWS::StackName}}]",
        ([("lambda:InvokeFunction",)], True),
    ),
    "SAM: a name of AWS's": (SAM % "Policies: AWSLambdaRole", ([], True)),
    "SAM: a name that is not at hand": (SAM % "Policies: AWSBatchServiceRole", ([], False)),
    "SAM: several": (SAM % f"Policies: [{GRANT}, {{SQSPollerPolicy: {{QueueName: q}}}}, x]", None),
    "SAM: none": (SAM % "Name: m", ([], True)),
    "SAM: a connector": (
        SAM % "Name: m"
        + "  C: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: M}, Destination: {Id: X}}}\n",
        ([], False),
    ),
    "SAM: a connector to a role": (
        SAM % "Role: !GetAtt R.Arn" + "  R: {Type: AWS::IAM::Role}\n"
        "  C: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: M}}}\n",
        ([], False),
    ),
    "SAM: an embedded connector": (
        "  M: {Type: AWS::Serverless::StateMachine, Connectors: {C: {}}, Properties: {}}\n",
        ([], False),
    ),
    "no properties": ("  M: {Type: AWS::Serverless::StateMachine}\n", ([], True)),
}


@pytest.mark.parametrize("name", ROLES)
def test_roles(name: str):
    resources, expected = ROLES[name]
    found = granted(read(resources))
    if name == "SAM: several":
        assert found is not None
        assert (found[0][0], found[0][1][0], found[1]) == (("a:B",), "sqs:ChangeMessageVisibility", False)
    else:
        assert found == expected


def test_a_policy_template_is_filled_in():
    template = read(
        SAM % "Policies: [{LambdaInvokePolicy: {FunctionName: !Ref F}}]" + "  F: {Type: AWS::Lambda::Function}\n"
    )
    (machine,) = template.machines
    assert machine.role is not None
    (statement,) = machine.role.statements
    assert statement.resources == ("arn:aws:lambda:us-east-1:123456789012:function:stack-F-XXXXXXXXXXXX*",)
    assert (statement.bundled, statement.place.line) == (True, 2)
    assert statement.path == ("Resources", "M", "Properties", "Policies", 0, "LambdaInvokePolicy", "Statement", 0)


ALARMS = """\
  M: {Type: AWS::Serverless::StateMachine}
  One:
    Type: AWS::CloudWatch::Alarm
    Properties:
      MetricName: ExecutionsFailed
      Dimensions: [{Name: StateMachineArn, Value: !Ref M}, {Name: Other, Value: x}]
      AlarmActions: [!Ref T, 1]
  Other:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmName: other
      Metrics:
      - {Id: a, Expression: x}
      - {Id: b, MetricStat: {Metric: {MetricName: ExecutionsTimedOut, Dimensions: [{Name: StateMachineArn, Value: a}]}}}
      - {Id: c, MetricStat: {Metric: {MetricName: ExecutionTime, Dimensions: [{Name: StateMachineArn, Value: b}]}}}
  T: {Type: AWS::SNS::Topic, Properties: {KmsMasterKeyId: !Ref A}}
  K: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Statement: []}}}
  A: {Type: AWS::KMS::Alias, Properties: {AliasName: alias/x, TargetKeyId: !Ref K}}
"""


def test_alarms_topics_and_keys():
    template = read(ALARMS)
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:M-XXXXXXXXXXXX"
    topic = "arn:aws:sns:us-east-1:123456789012:stack-T-XXXXXXXXXXXX"
    assert [(alarm.name, set(alarm.machines), alarm.actions) for alarm in template.alarms] == [
        ("stack-One-XXXXXXXXXXXX", {arn}, (topic,)),
        ("other", {"a"}, ()),
    ]
    assert [(found.arn, found.key) for found in template.topics] == [(topic, "alias/x")]
    assert [sorted(key.names) for key in template.keys] == [
        ["alias/x", "arn:aws:kms:us-east-1:123456789012:key/stack-K-XXXXXXXXXXXX", "stack-K-XXXXXXXXXXXX"]
    ]
    assert template.events_told is False
    assert [template.find_machine(name) for name in (arn, f"{arn}:live", "x")] == [*template.machines * 2, None]


EVENTS = {
    "a rule": "  E: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [aws.states]}}}\n",
    "a function's event": "  F: {Type: AWS::Serverless::Function, Properties: {Events: {X: {Type: EventBridgeRule, "
    "Properties: {Pattern: {source: [x, aws.states]}}}}}}\n",
}


@pytest.mark.parametrize("name", EVENTS)
def test_rules_on_the_events_of_executions(name: str):
    assert read(EVENTS[name]).events_told
    assert not read(EVENTS[name].replace("aws.states", "aws.glue")).events_told


def test_machines_in_the_templates_order_and_by_name():
    template = read(
        "  Two: {Type: AWS::Serverless::StateMachine, Properties: {Name: !Sub '${AWS::StackName}-b', Type: EXPRESS}}\n"
        "  OneStateMachine: {Type: AWS::StepFunctions::StateMachine, Properties: {StateMachineName: a}}\n"
        "  Text: x\n"
    )
    assert [(machine.logical_id, machine.express) for machine in template.machines] == [
        ("Two", True),
        ("OneStateMachine", False),
    ]
    found = [template.find(name).logical_id for name in ("two", "stack-b", "B", "one", "a", "OneStateMachine")]
    assert found == ["Two", "Two", "Two", *["OneStateMachine"] * 3]
    with pytest.raises(SfnorchError) as error:
        template.find("c")
    assert (error.value.message, error.value.hint) == ("t.yaml has no state machine 'c'", "available: b, a")
    with pytest.raises(SfnorchError) as error:
        read("  X: {Type: Y}\n").find("c")
    assert error.value.hint == "the template has no state machines"
