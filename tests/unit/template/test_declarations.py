"""The resources of a template by their types, and mappings with lines."""

from __future__ import annotations

from sfnorch.template.declarations import find_declarations
from sfnorch.template.intrinsics import StackValues
from sfnorch.template.located import Object, SourceLocation, find_place, locate, read_objects
from sfnorch.template.reader import parse_template

TEMPLATE = """\
Parameters:
  Name: {Type: String, Default: orders}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {TopicName: !Sub "${Name}-alarms", Tags: [{Key: a, Value: !Ref Name}]}
  Other: {Type: AWS::SNS::Topic}
  Text: not a resource
  Made:
    Type: AWS::SQS::Queue
    Properties: !Transform {Name: AWS::Include}
"""


def find(kind: str):
    return list(find_declarations(StackValues(parse_template(TEMPLATE, "t.yaml").data), kind))


def test_a_declaration_has_its_evaluated_properties_and_its_place():
    topic, other = find("AWS::SNS::Topic")
    assert (topic.logical_id, topic.name, topic.place) == ("Topic", "orders-alarms", SourceLocation("t.yaml", 4))
    assert topic.arn == topic.reference == "arn:aws:sns:us-east-1:123456789012:orders-alarms"
    assert topic.path == ("Resources", "Topic", "Properties")
    assert (topic.text("TopicName"), topic.text("Missing", "Key")) == ("orders-alarms", "")
    assert topic.value("Tags") == [{"Key": "a", "Value": "orders"}]
    assert topic.evaluate() == {"TopicName": "orders-alarms", "Tags": [{"Key": "a", "Value": "orders"}]}
    assert (other.properties, other.place) == ({}, SourceLocation("t.yaml", 7))


def test_properties_that_only_aws_can_evaluate_are_none():
    (queue,) = find("AWS::SQS::Queue")
    assert queue.evaluate() is None


def test_a_mapping_at_a_path_is_empty_where_there_is_none():
    root = parse_template(TEMPLATE, "t.yaml").data
    assert root.find_object("Parameters", "Name") == {"Type": "String", "Default": "orders"}
    assert root.find_object("Resources", "Text", "Type") == {}
    assert root.find_object() is root
    assert root.get_object("Parameters") == root["Parameters"]
    assert root.get_object("Outputs") is None


def test_mappings_in_a_list_have_their_indexes():
    place = SourceLocation("t.yaml", 1)
    one = Object(place, [("a", 1, 2)])
    assert list(read_objects(["text", one, None])) == [(1, one)]
    assert list(read_objects({"a": one})) == []


def test_values_get_a_place_and_those_with_a_place_keep_it():
    inner = Object(SourceLocation("inner.yaml", 7), [("x", 1, 8)])
    located = locate({"a": [{"b": "c"}], "inner": inner}, SourceLocation("outer.yaml", 3))
    assert isinstance(located, Object)
    assert find_place(located, ("a", 0, "b")) == SourceLocation("outer.yaml", 3)
    assert find_place(located, ("inner", "x")) == SourceLocation("inner.yaml", 8)
