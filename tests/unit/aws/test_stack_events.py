"""An operation's events among others', over pages, each once."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from sfnorch.aws.events import StackEvent
from sfnorch.aws.stack_events import (
    Operation,
    OperationEnd,
    OperationFollower,
    find_operation_in_progress,
    follow_operation,
    prepare_operation,
)
from tests.replay import Clock

STACK = "arn:aws:cloudformation:eu-central-1:111122223333:stack/s/1"
AT = datetime(2026, 1, 1, tzinfo=timezone.utc)


def row(number: int, status: str, resource: str = "s", token: str = "own", **more: Any) -> dict[str, Any]:
    of_stack = resource == "s"
    return {
        "StackId": STACK,
        "EventId": f"e{number}",
        "StackName": "s",
        "LogicalResourceId": resource,
        "PhysicalResourceId": STACK if of_stack else resource,
        "ResourceType": "AWS::CloudFormation::Stack" if of_stack else "AWS::SNS::Topic",
        "Timestamp": AT + timedelta(seconds=number),
        "ResourceStatus": status,
        **({"ClientRequestToken": token} if token else {}),
        **more,
    }


def client(*pages: list[list[dict[str, Any]]]) -> tuple[Any, Stubber]:
    """A client that answers so: for each poll its pages, events newest first."""
    made: Any = boto3.Session("x", "y", region_name="eu-central-1").client("cloudformation")
    stubber = Stubber(made)
    for poll in pages:
        for index, events in enumerate(poll):
            answer = {"StackEvents": events, **({"NextToken": f"t{index}"} if index + 1 < len(poll) else {})}
            asked = {"StackName": STACK, **({"NextToken": f"t{index - 1}"} if index else {})}
            stubber.add_response("describe_stack_events", answer, asked)
    stubber.activate()
    return made, stubber


class Audience:
    """Who writes down what is shown."""

    def __init__(self) -> None:
        self.seen: list[list[str]] = []

    def show_events(self, batches: Iterable[tuple[StackEvent, ...]], resources: int) -> None:
        self.seen = [[event.id for event in events] for events in batches]

    def show_wait(self, words: str) -> AbstractContextManager[None]:
        return nullcontext()


OLD = [row(2, "CREATE_COMPLETE", token="old"), row(1, "CREATE_IN_PROGRESS", token="old")]
FIRST = [row(4, "CREATE_IN_PROGRESS", "Topic"), row(3, "UPDATE_IN_PROGRESS")]
REST = [
    row(9, "UPDATE_COMPLETE"),
    row(8, "CREATE_COMPLETE", "Queue"),
    row(7, "CREATE_IN_PROGRESS", "Other", token="another's"),
    row(6, "CREATE_IN_PROGRESS", "Queue"),
    row(5, "CREATE_COMPLETE", "Topic"),
]


def test_each_event_once_and_none_of_another_operation():
    made, stubber = client(
        [[*FIRST, *OLD]],
        [[*FIRST, *OLD]],
        [[*REST[:2]], [*REST[2:4]], [*REST[4:], *FIRST]],
    )
    audience, clock = Audience(), Clock(0)
    ending = follow_operation(made, Operation(stack_id=STACK, token="own", after="e2"), audience, clock)
    assert ending == OperationEnd(status="UPDATE_COMPLETE")
    assert audience.seen == [["e3", "e4"], [], ["e5", "e6", "e8", "e9"]]
    assert clock.slept == [0.3, pytest.approx(0.45)]
    stubber.assert_no_pending_responses()


def test_a_poll_that_breaks_off_within_its_pages_loses_nothing():
    made, stubber = client([[*FIRST, *OLD]])
    stubber.add_response("describe_stack_events", {"StackEvents": REST[:2], "NextToken": "t0"})
    stubber.add_client_error("describe_stack_events", "Throttling", "Rate exceeded")
    stubber.add_response("describe_stack_events", {"StackEvents": [*REST, *FIRST]})
    audience = Audience()
    follow_operation(made, Operation(stack_id=STACK, token="own", after="e2"), audience, Clock(0))
    assert audience.seen == [["e3", "e4"], ["e5", "e6", "e8", "e9"]]


def test_what_failed_first_is_the_cause_and_not_what_was_cancelled_for_it():
    made, _ = client(
        [
            [
                row(7, "ROLLBACK_COMPLETE"),
                row(6, "ROLLBACK_IN_PROGRESS", ResourceStatusReason="The following resource(s) failed to create"),
                row(5, "CREATE_FAILED", "Queue", ResourceStatusReason="Resource creation cancelled"),
                row(4, "CREATE_FAILED", "Topic", ResourceStatusReason="Name taken (Service: Sns, Status Code: 400)"),
                row(3, "CREATE_FAILED", "Early", ResourceStatusReason="Resource creation cancelled"),
                row(2, "CREATE_IN_PROGRESS"),
            ]
        ]
    )
    ending = follow_operation(made, Operation(stack_id=STACK, token="own"), Audience(), Clock(0))
    assert ending == OperationEnd(
        status="ROLLBACK_COMPLETE", resource="Topic", type="AWS::SNS::Topic", reason="Name taken"
    )


def test_a_stack_that_tells_no_events_is_asked_itself():
    made, stubber = client(*([[]] for _ in range(10)))
    stack = {"StackName": "s", "CreationTime": AT, "StackStatus": "UPDATE_COMPLETE", "StackId": STACK}
    stubber.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": STACK})
    following = OperationFollower(made, Operation(stack_id=STACK), Clock(0))
    assert (list(following.poll_batches()), following.status) == ([()] * 10, "UPDATE_COMPLETE")


def test_an_operation_begins_after_the_newest_event():
    made, _ = client([OLD])
    assert prepare_operation(made, STACK, "own") == Operation(stack_id=STACK, token="own", after="e2")


@pytest.mark.parametrize(
    ("rows", "operation"),
    [
        ([], Operation(stack_id=STACK)),
        ([*FIRST, *OLD], Operation(stack_id=STACK, token="own", after="e2")),
        ([row(3, "UPDATE_IN_PROGRESS", token="", OperationId="op")], Operation(stack_id=STACK, operation_id="op")),
        (OLD, Operation(stack_id=STACK, after="e2")),
        (
            [row(4, "x", "Topic", token=""), row(3, "UPDATE_IN_PROGRESS", token=""), *OLD],
            Operation(stack_id=STACK, after="e2"),
        ),
        ([row(1, "CREATE_IN_PROGRESS", token="")], Operation(stack_id=STACK)),
    ],
)
def test_the_operation_under_way(rows: list[dict[str, Any]], operation: Operation):
    made, _ = client([rows])
    assert find_operation_in_progress(made, STACK) == operation


def test_events_of_an_operation_known_by_its_id():
    mine = row(3, "UPDATE_COMPLETE", token="", OperationId="op")
    other = row(4, "CREATE_FAILED", "Topic", token="", OperationId="other")
    made, _ = client([[other, mine]])
    audience = Audience()
    assert (
        follow_operation(made, Operation(stack_id=STACK, operation_id="op"), audience, Clock(0)).status
        == "UPDATE_COMPLETE"
    )
    assert audience.seen == [["e3"]]


def test_what_another_hand_takes_back_goes_on_under_its_token():
    made, _ = client(
        [
            [
                row(6, "UPDATE_ROLLBACK_COMPLETE", token="hand"),
                row(5, "UPDATE_COMPLETE", "Topic", token="hand"),
                row(4, "UPDATE_ROLLBACK_IN_PROGRESS", token="hand", ResourceStatusReason="User Initiated"),
                row(3, "UPDATE_IN_PROGRESS"),
                *OLD,
            ]
        ]
    )
    audience = Audience()
    ending = follow_operation(made, Operation(stack_id=STACK, token="own", after="e2"), audience, Clock(0))
    assert audience.seen == [["e3", "e4", "e5", "e6"]]
    assert ending == OperationEnd(
        status="UPDATE_ROLLBACK_COMPLETE",
        resource="s",
        type="AWS::CloudFormation::Stack",
        reason="User Initiated",
    )


def test_a_reason_that_only_speaks_of_cancelling_is_a_cause():
    made, _ = client(
        [
            [
                row(2, "ROLLBACK_COMPLETE"),
                row(1, "CREATE_FAILED", "Topic", ResourceStatusReason="The order was cancelled"),
            ]
        ]
    )
    assert follow_operation(made, Operation(stack_id=STACK), Audience(), Clock(0)).reason == "The order was cancelled"


@pytest.mark.parametrize(
    ("begun", "taken_back", "over"),
    [
        ("UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"),
        ("CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE"),
        ("CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "DELETE_COMPLETE"),
    ],
)
def test_whatever_takes_an_operation_back_is_followed_to_its_end(begun: str, taken_back: str, over: str):
    made, _ = client(
        [[row(3, over, token="hand"), row(2, taken_back, token="hand"), row(1, begun), row(0, "x", "T", token="other")]]
    )
    audience = Audience()
    assert follow_operation(made, Operation(stack_id=STACK, token="own"), audience, Clock(0)).status == over
    assert audience.seen == [["e1", "e2", "e3"]]
