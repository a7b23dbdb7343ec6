"""A step that sends a message to the SNS topic."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from sfnorch.expressions import is_expression
from sfnorch.plan.models.base import Model
from sfnorch.plan.paths import Path
from sfnorch.plan.steps.kind import StepKey, StepKind

SUBJECT_LENGTH = 99
"""The largest number of characters of a message's subject."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _check_subject(text: str) -> str:
    # https://docs.aws.amazon.com/sns/latest/api/API_Publish.html; the result of an expression is cut to this length
    if not is_expression(text) and (len(text) > SUBJECT_LENGTH or _CONTROL.search(text)):
        raise PydanticCustomError(
            "subject", "a subject must be one line of at most {length} characters", {"length": SUBJECT_LENGTH}
        )
    return text


class Notify(Model):
    """A message to the SNS topic."""

    subject: Annotated[str, Field(min_length=1, max_length=1_000), AfterValidator(_check_subject)] = Field(
        description="Subject: one line of up to 99 characters.", examples=["orders loaded"]
    )
    message: Annotated[str, Field(min_length=1)] = Field(
        description="Text of the message.", examples=["{% $orders.count & ' orders' %}"]
    )


def _list_values(given: Notify) -> Iterator[tuple[Path, object]]:
    yield ("subject",), given.subject
    yield ("message",), given.message


class NotifyStep(StepKey):
    """The key of a step that sends a message."""

    step_kind = StepKind(key="notify", settings=("timeout", "retry"), list_values=_list_values)
    notify: Notify | None = Field(
        default=None,
        description="Message that the step sends to the SNS topic.",
        examples=[{"subject": "orders", "message": "orders loaded"}],
    )
