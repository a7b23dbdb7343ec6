from __future__ import annotations

from typing import Any

import pytest

from sfnorch.template.intrinsics import StackValues
from sfnorch.template.located import Block, SourceLocation, find_place
from sfnorch.template.reader import parse_template
from sfnorch.template.resources import StackEnvironment

TEMPLATE = """\
Parameters:
  Name: {Type: String, Default: orders}
  Empty: {Type: String, Default: ''}
  Count: {Type: Number, Default: 3}
  Jobs: {Type: CommaDelimitedList, Default: 'a, b,c'}
  Needed: {Type: String}
  Image: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /path}
Mappings:
  Sizes: {dev: {workers: 2}, prod: {workers: 10}}
Conditions:
  Named: !Not [!Equals [!Ref Empty, '']]
  Three: !Equals [!Ref Count, 3]
  Both: !And [!Condition Three, !Not [!Condition Named]]
  Either: !Or [!Condition Named, !Condition Three]
  Round: !Condition About
  About: !Condition Round
  Written: 'true'
  Unwritten: 'false'
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Named: {Type: AWS::SNS::Topic, Properties: {TopicName: !Sub '${Name}-told'}}
  Queue: {Type: AWS::SQS::Queue}
  Bucket: {Type: AWS::S3::Bucket}
  Role: {Type: AWS::IAM::Role}
  Machine: {Type: AWS::Serverless::StateMachine, Condition: Named}
  Function: {Type: AWS::Lambda::Function, Properties: {FunctionName: work}}
  Thing: {Type: Custom::Thing}
  One: {Type: AWS::SNS::Topic, Properties: {TopicName: !Sub '${Two.TopicName}-1'}}
  Two: {Type: AWS::SNS::Topic, Properties: {TopicName: !Sub '${One.TopicName}-2'}}
V:
"""

VALUES: dict[str, Any] = {
    "!Ref Name": "orders",
    "!Ref Count": "3",
    "!Ref Jobs": ["a", "b", "c"],
    "!Ref Needed": "<Needed>",
    "!Ref Image": "<Image>",
    "!Ref Nothing": "<Nothing>",
    "!Ref AWS::Region": "us-east-1",
    "!Ref AWS::NotificationARNs": [],
    "[1, !Ref AWS::NoValue, 2]": [1, 2],
    "{a: 1, b: !Ref AWS::NoValue}": {"a": 1},
    "!Ref Topic": "arn:aws:sns:us-east-1:123456789012:stack-Topic-XXXXXXXXXXXX",
    "!Ref Named": "arn:aws:sns:us-east-1:123456789012:orders-told",
    "!GetAtt Named.TopicName": "orders-told",
    "!Ref Queue": "https://sqs.us-east-1.amazonaws.com/123456789012/stack-Queue-XXXXXXXXXXXX",
    "!GetAtt Queue.Arn": "arn:aws:sqs:us-east-1:123456789012:stack-Queue-XXXXXXXXXXXX",
    "!GetAtt Bucket.Arn": "arn:aws:s3:::stack-bucket-xxxxxxxxxxxx",
    "!GetAtt Role.Arn": "arn:aws:iam::123456789012:role/stack-Role-XXXXXXXXXXXX",
    "!GetAtt Role.RoleId": "<Role.RoleId>",
    "!Ref Machine": "arn:aws:states:us-east-1:123456789012:stateMachine:Machine-XXXXXXXXXXXX",
    "!GetAtt Function.Arn": "arn:aws:lambda:us-east-1:123456789012:function:work",
    "!Ref Function": "work",
    "!Ref Thing": "<Thing>",
    "!GetAtt Thing.Arn": "<Thing.Arn>",
    "!GetAtt One.TopicName": "<One>-2-1",
    "{Fn::GetAtt: Function.Arn}": "arn:aws:lambda:us-east-1:123456789012:function:work",
    "!Sub '${Name} in ${AWS::Region}, ${!Name} ${Function.Arn}'": (
        "orders in us-east-1, ${Name} arn:aws:lambda:us-east-1:123456789012:function:work"
    ),
    "!Sub ['${A}-${Name}', {A: !Ref Count, Name: other}]": "3-other",
    "!Sub ['${A}', {A: !Sub ['${A}', {A: in}]}]": "in",
    "!Sub [1, 2]": "<Fn::Sub>",
    "!Join [',', [a, !Ref Name, !Ref AWS::NoValue]]": "a,orders",
    "!Join ['-', !Ref Jobs]": "a-b-c",
    "!Split [',', 'x,y']": ["x", "y"],
    "!Select [1, !Ref Jobs]": "b",
    "!Select ['0', !Split ['-', a-b]]": "a",
    "!Select [7, [a]]": "<Fn::Select>",
    "!If [Named, yes, no]": False,
    "!If [Three, {a: !Ref Name}, no]": {"a": "orders"},
    "!If [Named, 1, !Ref AWS::NoValue]": None,
    "!Condition Both": True,
    "!Condition Either": True,
    "!Condition Round": False,
    "!Condition Written": True,
    "!Condition Unwritten": False,
    "!If [Written, 1, 2]": 1,
    "!If [Unwritten, 1, 2]": 2,
    "!And ['true', !Condition Three]": True,
    "!And ['true', 'false']": False,
    "!Or ['false', 'true']": True,
    "!Not ['true']": False,
    "!Condition Missing": {"Condition": "Missing"},
    "!FindInMap [Sizes, prod, workers]": 10,
    "!FindInMap [Sizes, test, workers]": "<Fn::FindInMap>",
    "!FindInMap [Sizes, test, workers, {DefaultValue: 1}]": 1,
    "!Base64 abc": "YWJj",
    "!Length [1, 2]": 2,
    "!ImportValue x": "<Fn::ImportValue>",
    "!Join [',']": "<Fn::Join>",
    "{Ref: 1}": {"Ref": 1},
    "{Ref: a, b: c}": {"Ref": "a", "b": "c"},
    "true": True,
}


@pytest.mark.parametrize("written", VALUES)
def test_values(written: str):
    source = parse_template(f"{TEMPLATE}  {written}\n", "t.yaml")
    assert source.faults == ()
    assert StackValues(source.data).evaluate_node(source.data["V"]) == VALUES[written]


def test_given_parameters_and_surroundings():
    source = parse_template(
        f"{TEMPLATE}  [!Ref Needed, !Ref Empty, !If [Named, 1, 2], !GetAtt Queue.Arn, !Ref Queue]\n", "t.yaml"
    )
    where = StackEnvironment(region="cn-north-1", account="210987654321", stack_name="etl")
    stack = StackValues(source.data, {"Needed": "n", "Empty": "e"}, where)
    assert stack.evaluate_node(source.data["V"]) == [
        "n",
        "e",
        1,
        "arn:aws-cn:sqs:cn-north-1:210987654321:etl-Queue-XXXXXXXXXXXX",
        "https://sqs.cn-north-1.amazonaws.com.cn/210987654321/etl-Queue-XXXXXXXXXXXX",
    ]
    assert stack.resolve_ref("AWS::URLSuffix") == "amazonaws.com.cn"
    assert stack.has_resource("Machine")
    assert not StackValues(source.data).has_resource("Machine")
    assert stack.evaluate_text(None) == ""


def test_lines_are_kept():
    source = parse_template(f"{TEMPLATE}  - !Ref AWS::NoValue\n  - a: !Ref Name\n    b: |\n      {{x: 1}}\n", "t.yaml")
    value = StackValues(source.data).evaluate_node(source.data["V"])
    assert value == [{"a": "orders", "b": "{x: 1}\n"}]
    first = source.data.lines["V"] + 2
    assert (value.lines, value[0].lines) == ([first], {"a": first, "b": first + 1})
    assert find_place(value[0], ("b",)) == SourceLocation("t.yaml", first + 1)


def test_a_block_stays_one_where_its_lines_do():
    source = parse_template('A: !Sub |\n  {a: ${AWS::Region}}\nB: !Sub\n- |\n  ${X}\n- {X: "1\\n2"}\n', "t.yaml")
    stack = StackValues(source.data)
    one, other = stack.evaluate_node(source.data["A"]), stack.evaluate_node(source.data["B"])
    assert (one, isinstance(one, Block), other, isinstance(other, Block)) == ("{a: us-east-1}\n", True, "1\n2\n", False)
    assert one.first_line == 2


def test_without_substitution_a_text_stays_as_it_is_written():
    source = parse_template("A: {a: !Sub '${AWS::Region}', b: !Ref AWS::Region}\n", "t.yaml")
    value = StackValues(source.data).evaluate_node(source.data["A"], substitute=False)
    assert value == {"a": "${AWS::Region}", "b": "us-east-1"}


def test_sections_that_are_none():
    source = parse_template("Parameters: []\nResources: {A: 1, B: {Type: [x]}, C: {Properties: {}}}\n", "t.yaml")
    stack = StackValues(source.data)
    assert [stack.get_section("Parameters"), stack.get_resource_type("A"), stack.get_resource_type("B")] == [{}, "", ""]
    assert [stack.resolve_ref("A"), stack.has_resource("A"), stack.has_resource("X")] == ["<A>", True, True]
