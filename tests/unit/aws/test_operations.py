"""An operation whose call is refused or gets no answer has begun where the stack's events bear its token."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from sfnorch.aws.operations import call_once
from sfnorch.aws.stack_events import Operation
from tests.replay import Clock
from tests.unit.aws.test_stack_events import AT, STACK, row

TOKEN = "sfnorch-0123456789abcdef-execute-n"
OPERATION = Operation(stack_id=STACK, token=TOKEN, after="e1")
BEFORE = row(1, "UPDATE_COMPLETE", token="before")
"""The newest event when the operation was prepared."""

REFUSALS = {
    "execute_change_set": ("InvalidChangeSetStatus", "cannot be executed in its current execution status of COMPLETE"),
    "delete_stack": ("TokenAlreadyExistsException", "A client request token already exists"),
    "rollback_stack": ("ValidationError", "s is in UPDATE_ROLLBACK_IN_PROGRESS state and can not be rolled back"),
    "continue_update_rollback": ("ValidationError", "s is in UPDATE_ROLLBACK_COMPLETE state"),
}
"""What each call answers where it arrives a second time."""


class Calls:
    """CloudFormation's client with answers in their order, and the time that passes."""

    def __init__(self) -> None:
        self.client: Any = boto3.Session("x", "y", region_name="eu-central-1").client("cloudformation")
        self.stubber = Stubber(self.client)
        self.clock = Clock(0)

    def refuse(self, call: str, code: str, message: str, status: int = 400) -> None:
        self.stubber.add_client_error(call, code, message, status)

    def answer_events(self, *rows: dict[str, Any]) -> None:
        self.stubber.add_response("describe_stack_events", {"StackEvents": list(rows)}, {"StackName": STACK})

    def answer_stack(self, status: str) -> None:
        stack = {"StackName": "s", "CreationTime": AT, "StackStatus": status, "StackId": STACK}
        self.stubber.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": STACK})

    def run(self, call: str) -> BaseException | None:
        name = {"ChangeSetName": "n"} if call == "execute_change_set" else {"StackName": STACK}
        with self.stubber:
            error = call_once(self.client, OPERATION, lambda: getattr(self.client, call)(**name), self.clock)
        self.stubber.assert_no_pending_responses()
        return error


@pytest.mark.parametrize("call", REFUSALS)
@pytest.mark.parametrize(
    "own",
    [
        [row(2, "UPDATE_IN_PROGRESS", token=TOKEN)],
        [row(3, "UPDATE_COMPLETE", token=TOKEN), row(2, "UPDATE_IN_PROGRESS", token=TOKEN)],
        [row(3, "UPDATE_IN_PROGRESS", token="next"), row(2, "UPDATE_COMPLETE", token=TOKEN)],
    ],
    ids=["is under way", "has ended", "has ended, and another is under way"],
)
def test_a_refusal_of_the_second_call(call: str, own: list[dict[str, Any]]):
    calls = Calls()
    calls.refuse(call, *REFUSALS[call])
    calls.answer_events(*own, BEFORE)
    assert calls.run(call) is None


@pytest.mark.parametrize("call", REFUSALS)
def test_a_refusal_for_anothers_operation(call: str):
    calls = Calls()
    calls.refuse(call, *REFUSALS[call])
    others = (row(2, "UPDATE_IN_PROGRESS", token="theirs"), BEFORE)
    calls.answer_events(*others)
    calls.answer_stack("UPDATE_IN_PROGRESS")
    calls.answer_events(*others)
    error = calls.run(call)
    assert isinstance(error, ClientError)
    assert error.response["Error"]["Code"] == REFUSALS[call][0]


def test_an_old_operation_with_the_token_is_not_taken_for_the_new_one():
    calls = Calls()
    calls.refuse("delete_stack", "ValidationError", "no")
    calls.answer_events(BEFORE, row(0, "UPDATE_COMPLETE", token=TOKEN))
    calls.answer_stack("UPDATE_COMPLETE")
    assert isinstance(calls.run("delete_stack"), ClientError)


def test_events_that_lag_behind_the_stack_are_read_again():
    calls = Calls()
    calls.refuse("execute_change_set", *REFUSALS["execute_change_set"])
    for _ in range(2):
        calls.answer_events(BEFORE)
        calls.answer_stack("UPDATE_IN_PROGRESS")
        calls.answer_events(BEFORE)
    calls.answer_events(row(2, "UPDATE_IN_PROGRESS", token=TOKEN), BEFORE)
    assert calls.run("execute_change_set") is None
    assert calls.clock.now() == 3


def test_an_error_that_leaves_it_open_is_believed_in_the_end():
    calls = Calls()
    calls.refuse("execute_change_set", "InternalFailure", "try later", 500)
    for _ in range(5):
        calls.answer_events(BEFORE)
    assert isinstance(calls.run("execute_change_set"), ClientError)
    assert calls.clock.now() == 15


def test_events_that_are_throttled_are_read_again():
    calls = Calls()
    calls.refuse("execute_change_set", *REFUSALS["execute_change_set"])
    calls.refuse("describe_stack_events", "Throttling", "Rate exceeded")
    calls.answer_events(row(2, "UPDATE_IN_PROGRESS", token=TOKEN), BEFORE)
    assert calls.run("execute_change_set") is None
