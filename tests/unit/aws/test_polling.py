"""Polling: how long it waits, and how often it retries."""

from __future__ import annotations

import pytest
from botocore import exceptions as aws

from sfnorch.aws.polling import Backoff, Clock, add_retries


def unreachable() -> Exception:
    return aws.EndpointConnectionError(endpoint_url="https://states.eu-central-1.amazonaws.com")


def test_a_call_is_retried_eleven_times_for_three_and_a_half_minutes():
    slept: list[float] = []
    calls: list[int] = []

    def call(value: int) -> None:
        calls.append(value)
        raise unreachable()

    with pytest.raises(aws.EndpointConnectionError):
        add_retries(call, Clock(sleep=slept.append))(7)
    assert calls == [7] * 12
    assert slept == [1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 30]


def test_a_call_that_succeeds_again_returns_its_answer():
    slept: list[float] = []
    answers = [unreachable(), unreachable(), "answer"]

    def call() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert add_retries(call, Clock(sleep=slept.append))() == "answer"
    assert slept == [1, 2]


def test_other_errors_are_raised_at_once():
    slept: list[float] = []
    calls: list[int] = []

    def call() -> None:
        calls.append(1)
        raise aws.ParamValidationError(report="Missing")

    with pytest.raises(aws.ParamValidationError):
        add_retries(call, Clock(sleep=slept.append))()
    assert (calls, slept) == ([1], [])


def test_waits_grow_until_something_changes():
    slept: list[float] = []
    pace = Backoff(Clock(sleep=slept.append), first=1.0, longest=4.0)
    for changed in (False, False, False, False, False, False, True, False):
        pace.wait(changed=changed)
    assert slept == [1.0, 1.5, 2.25, 3.375, 4.0, 4.0, 1.0, 1.5]


@pytest.mark.parametrize(("most", "waited"), [(0.5, 0.5), (1.0, 1.0), (2.0, 1.0), (0.0, 0.0), (-3.0, 0.0)])
def test_a_wait_is_at_most_as_long_as_asked(most: float, waited: float):
    slept: list[float] = []
    Backoff(Clock(sleep=slept.append), first=1.0, longest=4.0).wait(changed=False, most=most)
    assert slept == [waited]
