"""The messages that the Tasks of an execution published to SNS topics, from its history.

The event TaskScheduled has the parameters of the call, the next events its result.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_TaskScheduledEventDetails.html (documented)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sfnorch.calls.messages import PUBLISH
from sfnorch.json_values import Json, parse_json, read_mapping, read_string, write_as_text
from sfnorch.runs.events import read_details

if TYPE_CHECKING:
    from types_boto3_stepfunctions.type_defs import HistoryEventTypeDef

_MOST_MESSAGES = 200
"""The maximum number of messages of an execution that are kept."""

_MOST_CHARACTERS = 20_000
"""The maximum number of characters of a message that are kept: SNS accepts 256 KiB."""

_SENT = ("TaskSucceeded", "TaskSubmitted")
"""The events of a message that was published; a Task that waits for an answer to its token is submitted then."""

_NOT_SENT = ("TaskFailed", "TaskTimedOut", "TaskStartFailed", "TaskSubmitFailed")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedMessage:
    """A message to a topic: when the call ended, its subject and its text, and why it was not sent."""

    at: datetime
    topic: str
    subject: str
    text: str
    error: str = ""
    """The error of the call; empty if the message was sent."""


class PublishedMessages:
    """The messages of an execution, of which the first 200 are kept."""

    def __init__(self) -> None:
        self.kept: list[PublishedMessage] = []
        self.count = 0
        """The number of all messages."""
        self._begun: dict[int, PublishedMessage] = {}
        """The messages whose calls have not ended, by the number of the last event of the call."""

    def read_event(self, event: HistoryEventTypeDef) -> None:
        """Read the next event of the execution."""
        kind = event["type"]
        if not kind.startswith("Task") or not _is_of_publish(details := read_details(event)):
            return
        if kind == "TaskScheduled":
            self._begun[event["id"]] = _read_message(event, details)
        elif message := self._begun.pop(event.get("previousEventId", 0), None):
            if kind in _SENT:
                self._keep(replace(message, at=event["timestamp"]))
            elif kind in _NOT_SENT:
                words = (read_string(details.get("error")), read_string(details.get("cause")))
                error = ": ".join(filter(None, words)) or kind
                self._keep(replace(message, at=event["timestamp"], error=error[:_MOST_CHARACTERS]))
            else:
                self._begun[event["id"]] = message

    def _keep(self, message: PublishedMessage) -> None:
        self.count += 1
        if self.count <= _MOST_MESSAGES:
            self.kept.append(message)


def _is_of_publish(details: Mapping[str, Json]) -> bool:
    call = f"{details.get('resourceType')}:{details.get('resource')}"
    return call.removeprefix("aws-sdk:").partition(".")[0] == PUBLISH.resource


def _read_message(event: HistoryEventTypeDef, details: Mapping[str, Json]) -> PublishedMessage:
    parameters = read_mapping(parse_json(details.get("parameters")))
    text = write_as_text(parameters.get("Message", ""))
    if (left := len(text) - _MOST_CHARACTERS) > 0:
        text = f"{text[:_MOST_CHARACTERS]}\n… and {left:,} more characters"
    topic = parameters.get("TopicArn") or parameters.get("TargetArn") or parameters.get("PhoneNumber")
    return PublishedMessage(
        at=event["timestamp"], topic=read_string(topic), subject=read_string(parameters.get("Subject")), text=text
    )
