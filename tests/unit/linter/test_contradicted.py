"""What cfn-lint reports although AWS accepts it is left out, and only that."""

from __future__ import annotations

import pytest

from sfnorch.linter.contradicted import CONTRADICTED
from sfnorch.linter.run import Linter
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template

ROLE = "Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Statement: []}}}"
TASK = "Type: AWS::ECS::TaskDefinition, Properties: {TaskRoleArn: !Ref Role, ExecutionRoleArn: !Ref Role}"
LEFT_OUT = {
    "a role of a task definition by its name": f"Resources:\n  {ROLE}\n  T: {{{TASK}}}\n",
    "a text in a definition that looks like a substitution": (
        "Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n"
        "      RoleArn: !Sub 'arn:${AWS::Partition}:iam::123456789012:role/r'\n"
        '      DefinitionString: !Join [\'\', [\'{"StartAt": "A", "Comment": "${x}", "States": {"A": {"Type": \', '
        "'\"Succeed\"}}}']]\n"
    ),
    "the ID of an API": (
        "Transform: AWS::Serverless-2016-10-31\nResources:\n"
        "  Api:\n    Type: AWS::Serverless::GraphQLApi\n"
        "    Properties: {Auth: {Type: AWS_IAM}, SchemaInline: 'type Query { a: String }'}\n"
        "  D: {Type: AWS::AppSync::DataSource, Properties: {ApiId: !GetAtt Api.ApiId, Name: d, Type: NONE}}\n"
    ),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_aws_accepts_is_no_error(name: str):
    found = Linter().lint_template(evaluate_template(parse_template(LEFT_OUT[name], "t.yaml")))
    assert [(each.rule, each.message) for each in found if each.rule in {row.rule for row in CONTRADICTED}] == []


def test_the_same_rule_elsewhere_is_an_error():
    target = "{Arn: arn:aws:states:us-east-1:123456789012:stateMachine:m, RoleArn: !Ref Role}"
    schedule = f"ScheduleExpression: rate(1 day), FlexibleTimeWindow: {{Mode: 'OFF'}}, Target: {target}"
    text = f"Resources:\n  {ROLE}\n  S: {{Type: AWS::Scheduler::Schedule, Properties: {{{schedule}}}}}\n"
    found = Linter().lint_template(evaluate_template(parse_template(text, "t.yaml")))
    assert [each.path for each in found if each.rule == "E1041"] == ["Resources.S.Properties.Target.RoleArn"]
