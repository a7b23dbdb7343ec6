"""The shapes of arguments."""

from __future__ import annotations

import pytest

from sfnorch.service_models.shapes import find_arguments, list_names


def test_the_shape_of_an_action_has_types_and_required_names() -> None:
    shape = find_arguments("glue", "StartJobRun")

    assert shape is not None
    assert shape.is_structure
    assert shape.required == ("JobName",)
    assert shape.members["JobName"].type == "string"
    assert shape.members["NumberOfWorkers"].type == "number"
    arguments = shape.members["Arguments"]
    assert (arguments.type, arguments.is_structure) == ("object", False)
    assert arguments.item is not None
    assert arguments.item.type == "string"
    assert arguments.item.item is None


def test_a_value_of_several_types_has_no_type() -> None:
    invoke = find_arguments("lambda", "Invoke")
    put_item = find_arguments("dynamodb", "PutItem")

    assert invoke is not None
    assert invoke.members["Payload"].type == ""
    assert put_item is not None
    item = put_item.members["Item"].item
    assert item is not None
    assert item.type == ""


def test_a_name_that_the_sdk_fills_in_is_not_required() -> None:
    shape = find_arguments("emr-serverless", "StartJobRun")

    assert shape is not None
    assert shape.required == ("applicationId", "executionRoleArn")


def test_an_unknown_action_has_no_shape() -> None:
    assert find_arguments("glue", "StartJobRuns") is None


def test_an_action_without_arguments_has_an_empty_structure() -> None:
    shape = find_arguments("stepfunctions", "ListStateMachines")
    empty = find_arguments("sns", "GetSMSSandboxAccountStatus")

    assert shape is not None
    assert shape.required == ()
    assert empty is not None
    assert (empty.is_structure, empty.members) == (True, {})


@pytest.mark.parametrize(
    ("member", "names"),
    [
        ("jobName", ["JobName"]),
        ("JobName", ["JobName"]),
        ("DBInstanceIdentifier", ["DBInstanceIdentifier", "DbInstanceIdentifier"]),
        ("ACL", ["ACL", "Acl"]),
        ("SSEKMSKeyId", ["SSEKMSKeyId", "SsekmsKeyId"]),
        ("MD5OfBody", ["MD5OfBody", "Md5OfBody"]),
        ("x", ["X"]),
    ],
)
def test_a_member_has_the_names_of_the_api_and_of_the_sdk_for_java(member: str, names: list[str]) -> None:
    assert list(list_names(member)) == names
