"""Items of DynamoDB tables: conditions, updates, answers, and the errors of DynamoDB."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.errors import SfnorchError
from sfnorch.simulator.record import Run
from sfnorch.simulator.run import simulate
from sfnorch.simulator.services.table_conditions import (
    InvalidExpressionError,
    UnknownExpressionError,
    is_condition_true,
)
from sfnorch.simulator.services.table_updates import update_item

TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "TableName": "orders",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    },
}
ALLOWED = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"Policies": [{"PolicyName": "p", "PolicyDocument": {"Statement": [ALLOWED]}}]},
}
KEY = {"id": {"S": "a"}}


def call(action: str, prefix: str = "", **arguments: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{prefix}dynamodb:{action}",
        "Arguments": {"TableName": "orders", **arguments},
    }


def play(*tasks: dict[str, Any], table: dict[str, Any] = TABLE) -> Run:
    """The run of these tasks in sequence; its output is the list of their results without the headers."""
    states: dict[str, Any] = {"Begin": {"Type": "Pass", "Assign": {"results": []}, "Next": "T0"}}
    own = "$sift($states.result, function($v, $k) { $not($contains($k, /^Sdk/)) })"
    kept = f"{{% $append($results, [$merge([{{}}, {own}])]) %}}"
    for number, task in enumerate(tasks):
        states[f"T{number}"] = {**task, "Assign": {"results": kept}, "Next": f"T{number + 1}"}
    states[f"T{len(tasks)}"] = {"Type": "Succeed", "Output": "{% $results %}"}
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "RoleArn": {"Fn::GetAtt": ["R", "Arn"]},
            "Definition": {"QueryLanguage": "JSONata", "StartAt": "Begin", "States": states},
        },
    }
    return simulate(json.dumps({"Resources": {"M": machine, "R": ROLE, "Orders": table}}), machine="M")


@pytest.mark.parametrize("prefix", ["", "aws-sdk:"])
def test_an_item_is_written_read_changed_and_deleted(prefix: str):
    run = play(
        call("getItem", prefix, Key=KEY),
        call("putItem", prefix, Item={**KEY, "n": {"N": "1"}}),
        call("putItem", prefix, Item={**KEY, "n": {"N": "2"}}, ReturnValues="ALL_OLD"),
        call(
            "updateItem",
            prefix,
            Key=KEY,
            UpdateExpression="SET n = n + :one, #s = :s",
            ExpressionAttributeNames={"#s": "state"},
            ExpressionAttributeValues={":one": {"N": "1"}, ":s": {"S": "open"}},
            ReturnValues="UPDATED_NEW",
        ),
        call("getItem", prefix, Key=KEY, ProjectionExpression="id, n", ConsistentRead=True),
        call("deleteItem", prefix, Key=KEY, ReturnValues="ALL_OLD"),
        call("getItem", prefix, Key=KEY),
    )
    whole = {"id": {"S": "a"}, "n": {"N": "3"}, "state": {"S": "open"}}
    assert run.first.output == [
        {},
        {},
        {"Attributes": {"id": {"S": "a"}, "n": {"N": "1"}}},
        {"Attributes": {"n": {"N": "3"}, "state": {"S": "open"}}},
        {"Item": {"id": {"S": "a"}, "n": {"N": "3"}}},
        {"Attributes": whole},
        {},
    ]


@pytest.mark.parametrize(
    ("prefix", "error", "cause"),
    [
        ("", "DynamoDB.ConditionalCheckFailedException", "(Service: AmazonDynamoDBv2; Status Code: 400; Error Code: "),
        ("aws-sdk:", "DynamoDb.ConditionalCheckFailedException", "(Service: DynamoDb, Status Code: 400, Request ID: "),
    ],
)
def test_a_false_condition_writes_nothing(prefix: str, error: str, cause: str):
    run = play(call("putItem", prefix, Item=KEY, ConditionExpression="attribute_exists(id)"))
    assert (run.first.status, run.first.error) == ("FAILED", error)
    assert run.first.cause.startswith(f"The conditional request failed {cause}")


@pytest.mark.parametrize(
    ("task", "cause"),
    [
        (call("putItem", Item={"n": {"N": "1"}}), "values were invalid: Missing the key id in the item"),
        (call("putItem", Item=KEY, ConditionExpression="a ="), 'Invalid expression: Syntax error; token: "<EOF>"'),
        (call("putItem", Item=KEY, ConditionExpression="a = :x"), "is not defined; attribute value: :x"),
        (call("putItem", Item=KEY, ConditionExpression="#a = #a"), "is not defined; attribute name: #a"),
        (call("updateItem", Key=KEY, UpdateExpression="SET a = b"), "an attribute that does not exist in the item"),
    ],
)
def test_what_dynamodb_rejects_has_its_message(task: dict[str, Any], cause: str):
    run = play(task)
    assert run.first.error == "DynamoDB.AmazonDynamoDBException"
    assert cause in run.first.cause
    assert "Error Code: ValidationException" in run.first.cause


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        (call("getItem", Key=KEY, TableName="others"), "the table others is not in the template"),
        (call("putItem", Item=KEY, ConditionExpression="size(a) = :n"), "the function size is not simulated"),
        (call("putItem", Item=KEY, ConditionExpression="a IN (:n)"), "the operator IN is not simulated"),
        (call("putItem", Item=KEY, ConditionExpression="a.b = :n"), "'.b = :n' is not simulated"),
        (call("putItem", Item=KEY, Expected={}), "the parameter Expected is not simulated"),
        (call("updateItem", Key=KEY, UpdateExpression="DELETE a :s"), "the clause DELETE is not simulated"),
    ],
)
def test_what_is_not_simulated_asks_for_a_mock(task: dict[str, Any], reason: str):
    with pytest.raises(SfnorchError) as raised:
        play(task)
    assert raised.value.message.endswith(f"but {reason}")
    assert "--mock 'T0=" in (raised.value.hint or "")


def test_a_simple_table_of_sam_has_the_key_id():
    run = play(
        call("putItem", Item=KEY),
        call("getItem", Key=KEY),
        table={"Type": "AWS::Serverless::SimpleTable", "Properties": {"TableName": "orders"}},
    )
    assert run.first.output == [{}, {"Item": KEY}]


ITEM = {"id": {"S": "a"}, "n": {"N": "10"}, "s": {"S": "b"}, "l": {"L": []}}
VALUES = {":n": {"N": "10.0"}, ":nine": {"N": "9"}, ":s": {"S": "b"}, ":l": {"L": []}, ":c": {"S": "c"}}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("attribute_exists(id)", True),
        ("attribute_not_exists(id)", False),
        ("attribute_not_exists(x) AND n = :n", True),
        ("n <> :n", False),
        ("n > :nine and n >= :n and not n < :n", True),
        ("s < :c", True),
        ("s < :n", False),
        ("s = :n", False),
        ("s <> :n", True),
        ("x = :s", False),
        ("x <> :s", True),
        ("x < :s", False),
        ("l = :l", True),
        ("l < :l", False),
        (":s = s", True),
        ("x = :s OR s = :s AND x = :s", False),
        ("(x = :s OR s = :s) AND n = :n", True),
        ("NOT (x = :s OR s = :s)", False),
        ("not not s = :s", True),
    ],
)
def test_conditions(condition: str, expected: bool):
    assert is_condition_true(condition, ITEM, {}, VALUES) is expected


@pytest.mark.parametrize("text", ["", "a", "a = ", "(a = :s", "a = :s)", "a = :s b = :s", "= :s", "1 = :s", "AND"])
def test_wrong_conditions_are_rejected(text: str):
    with pytest.raises(InvalidExpressionError):
        is_condition_true(text, ITEM, {}, VALUES)


def test_deeply_nested_conditions_are_not_simulated():
    with pytest.raises(UnknownExpressionError):
        is_condition_true("(" * 2_000 + "a = :s" + ")" * 2_000, ITEM, {}, VALUES)
    with pytest.raises(UnknownExpressionError):
        is_condition_true("NOT " * 1_000 + "a = :s", ITEM, {}, VALUES)


@pytest.mark.parametrize(
    ("expression", "changes"),
    [
        ("SET a = :s, b = n", {"a": {"S": "b"}, "b": {"N": "10"}}),
        ("SET n = n - :nine REMOVE s", {"n": {"N": "1"}, "s": None}),
        ("SET x = if_not_exists(x, :nine), n = if_not_exists(n, :nine)", {"x": {"N": "9"}}),
        ("ADD n :nine, x :n", {"n": {"N": "19"}, "x": {"N": "10"}}),
        ("REMOVE y", {}),
    ],
)
def test_updates(expression: str, changes: dict[str, Any]):
    expected = {name: value for name, value in {**ITEM, **changes}.items() if value is not None}
    assert update_item(expression, ITEM, {}, VALUES) == expected


@pytest.mark.parametrize("expression", ["", "SET n", "SET s = s + :n", "SET a = y", "n = :n"])
def test_wrong_updates_are_rejected(expression: str):
    if not expression:
        assert update_item(expression, ITEM, {}, VALUES) == ITEM
        return
    with pytest.raises(InvalidExpressionError):
        update_item(expression, ITEM, {}, VALUES)
