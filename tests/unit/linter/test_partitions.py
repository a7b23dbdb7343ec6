"""Which ARNs the rule on partitions takes for wrong, and in which region."""

from __future__ import annotations

from pathlib import Path

import pytest

from sfnorch.findings import Severity
from sfnorch.linter.rules import RULES
from sfnorch.linter.run import Linter
from sfnorch.linter.subject import Subject
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template, read_template
from sfnorch.template.resources import StackEnvironment

(RULE,) = [rule for rule in RULES if rule.id == "wrong-partition"]
GOV, CHINA = "us-gov-west-1", "cn-north-1"
PUBLISH = "arn:aws:states:::sns:publish"


def found(text: str, region: str = "us-east-1", **parameters: str) -> list[tuple[str, str, str]]:
    """Severity, path and message of what the rule finds in the template, for a stack in this region."""
    template = evaluate_template(parse_template(text, "t.yaml"), parameters, StackEnvironment(region=region))
    return [(each.severity.value, each.path, each.message) for each in RULE.find_faults(Subject(template))]


def machine(definition: str, more: str = "") -> str:
    """A template with a machine, whose definition is this property."""
    return f"Resources:\n  M:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      {definition}\n{more}"


def task(resource: str) -> str:
    return f"Definition: {{StartAt: T, States: {{T: {{Type: Task, Resource: {resource}, End: true}}}}}}"


AT = "Resources.M.Properties.Definition.States.T.Resource"
LITERAL = ("info", AT, "the resource of T names the partition aws, so the machine works in no other partition")
FAILS = "is in aws-us-gov: each execution fails there, and no Catch handles the error"
WRONG = ("error", AT, f"the resource of T is in the partition aws, but {GOV} {FAILS}")


def test_a_resource_that_is_written_out():
    text = machine(task(f"'{PUBLISH}'"))
    assert found(text) == found(text, "eu-central-1") == [LITERAL]
    assert found(text, GOV) == [WRONG]
    own = text.replace("arn:aws:", "arn:aws-us-gov:")
    assert [severity for severity, _, _ in found(own, GOV)] == ["info"]
    assert [severity for severity, _, _ in found(own, CHINA)] == ["error"]


JOINED = (
    'DefinitionString: !Join ["", [\'{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:\', '
    '!Ref AWS::Partition, \':states:::sns:publish", "End": true}}}\']]'
)
CHOSEN = "\nMappings:\n  Arns: {aws: {Publish: 'arn:aws:states:::sns:publish'}, aws-us-gov: {Publish: 'arn:aws-us-gov:states:::sns:publish'}, aws-cn: {Publish: 'arn:aws-cn:states:::sns:publish'}}\n"
EITHER = (
    "\nConditions: {Gov: !Equals [!Ref AWS::Partition, aws-us-gov], China: !Equals [!Ref AWS::Region, cn-north-1]}\n"
)


@pytest.mark.parametrize(
    "text",
    [
        machine(task("!Sub 'arn:${AWS::Partition}:states:::sns:publish'")),
        machine(task("'${P}'") + "\n      DefinitionSubstitutions: {P: !Sub 'arn:${AWS::Partition}:states:::sns:publish'}"),
        machine(task("'arn:${P}:states:::sns:publish'") + "\n      DefinitionSubstitutions: {P: !Ref AWS::Partition}"),
        machine(JOINED),
        machine(task("!FindInMap [Arns, !Ref AWS::Partition, Publish]"), CHOSEN),
        machine(
            task(f"!If [Gov, 'arn:aws-us-gov:states:::sns:publish', !If [China, 'arn:aws-cn:states:::sns:publish', '{PUBLISH}']]"),
            EITHER,
        ),
        machine(task("!Ref Elsewhere"), "Parameters: {Elsewhere: {Type: String}}\n"),
    ],
    ids=["sub", "substitution", "part", "join", "map", "if", "unknown"],
)  # fmt: skip
def test_a_resource_that_follows_the_region(text: str):
    assert [found(text, region) for region in ("us-east-1", GOV, CHINA)] == [[], [], []]


def test_the_states_within_others_and_what_a_map_reads_and_writes():
    access = f"{{Resource: '{PUBLISH}'}}"
    inner = f"{{StartAt: I, States: {{I: {{Type: Task, Resource: '{PUBLISH}', End: true}}}}}}"
    states = f"T: {{Type: Map, End: true, ItemReader: {access}, ResultWriter: {access}, ItemProcessor: {inner}}}"
    text = machine(f"Definition: {{StartAt: T, States: {{{states}}}}}")
    at = "Resources.M.Properties.Definition.States.T"
    assert [path for _, path, _ in found(text, GOV)] == [
        f"{at}.ItemReader.Resource",
        f"{at}.ResultWriter.Resource",
        f"{at}.ItemProcessor.States.I.Resource",
    ]
    assert found(text) == [
        (
            "info",
            f"{at}.ItemReader.Resource",
            "the resources of T and 2 more name the partition aws, so the machine works in no other partition",
        )
    ]


def test_arns_of_all_other_resources_and_of_parameters():
    text = """
Parameters:
  Topic: {Type: String, Default: 'arn:aws:sns:us-east-1:123456789012:t'}
  Names: {Type: CommaDelimitedList}
Conditions: {Never: !Equals [a, b]}
Resources:
  R:
    Type: AWS::IAM::Role
    Properties:
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess']
      Policies:
      - PolicyDocument: {Statement: [{Resource: [!Ref Topic, '*', 'arn:*:s3:::b', !Sub 'arn:${AWS::Partition}:s3:::b']}]}
  N: {Type: X, Condition: Never, Properties: {Arn: 'arn:aws:s3:::b'}}
  D: {Type: X, Properties: {Text: 'not arn:aws:s3:::b', Codes: !Ref Names}}
"""
    assert found(text, Names="a,b") == []
    assert found(text, CHINA, Names="a,arn:aws-us-gov:s3:::b") == [
        (
            "error",
            "Parameters.Topic.Default",
            "arn:aws:sns:us-east-1:123456789012:t is in the partition aws, but cn-north-1 is in aws-cn",
        ),
        ("error", "Parameters.Names", "arn:aws-us-gov:s3:::b is in the partition aws-us-gov, but cn-north-1 is in aws-cn"),
        (
            "error",
            "Resources.R.Properties.ManagedPolicyArns[0]",
            "arn:aws:iam::aws:policy/ReadOnlyAccess is in the partition aws, but cn-north-1 is in aws-cn",
        ),
    ]  # fmt: skip


def test_a_value_that_is_given_for_a_parameter():
    text = "Parameters: {P: {Type: String, Default: 'arn:aws-cn:sns:cn-north-1:123456789012:t'}}\nResources: {}\n"
    assert found(text, CHINA) == []
    wrong = "arn:aws:sns:us-east-1:123456789012:t"
    words = f"{wrong} is in the partition aws, but cn-north-1 is in aws-cn"
    assert found(text, CHINA, P=wrong) == [("error", "Parameters.P", words)]


def test_a_definition_in_a_file_and_one_that_is_none(tmp_path: Path):
    (tmp_path / "m.json").write_text(
        f'{{"StartAt": "T", "States": {{"T": {{"Type": "Task", "Resource": "{PUBLISH}"}}}}}}'
    )
    text = "Resources: {M: {Type: 'AWS::Serverless::StateMachine', Properties: {DefinitionUri: m.json}}}\n"
    (tmp_path / "t.yaml").write_text(text)
    source = read_template(tmp_path / "t.yaml")
    (finding,) = RULE.find_faults(Subject(evaluate_template(source, where=StackEnvironment(region=GOV))))
    assert (finding.file, finding.severity) == (str(tmp_path / "m.json"), Severity.ERROR)
    assert found(text.replace("m.json", "s3://b/k")) == []


@pytest.mark.parametrize("kind", ["AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine"])
def test_a_definition_can_name_each_partition(kind: str):
    text = machine(task("'arn:aws-us-gov:states:::aws-sdk:sns:listTopics'"))
    text = text.replace("AWS::StepFunctions::StateMachine", kind)
    template = evaluate_template(parse_template(text, "t.yaml"), where=StackEnvironment(region=GOV))
    assert not {"E3601", "refused-definition"} & {finding.rule for finding in Linter().lint_template(template)}


def test_without_a_region_an_arn_of_another_partition_is_no_error():
    gov = task("'arn:aws-us-gov:states:::sns:publish'")
    only = "the resource of T names the partition aws-us-gov, so the machine works in no other partition"
    assert found(machine(gov)) == [("info", AT, only)]
    both = machine(gov, "      RoleArn: arn:aws:iam::123456789012:role/r\n")
    assert [severity for severity, _, _ in found(both)] == ["warning"]
    given = StackEnvironment(region="us-east-1", region_is_given=True)
    template = evaluate_template(parse_template(machine(gov), "t.yaml"), where=given)
    assert [finding.severity for finding in RULE.find_faults(Subject(template))] == [Severity.ERROR]
