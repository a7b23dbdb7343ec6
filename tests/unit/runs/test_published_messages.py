"""The messages that Tasks published, from histories."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from sfnorch.json_values import Json
from sfnorch.runs.history import read_events
from sfnorch.runs.kinds import open_record
from sfnorch.runs.published_messages import PublishedMessage, PublishedMessages
from tests.unit.runs.events import AT, History

SNS = {"resourceType": "sns", "resource": "publish"}
TOPIC = "arn:aws:sns:eu-central-1:111122223333:etl"


def publish(history: History, message: Json, subject: str = "s", end: str = "TaskSucceeded", **more: Any) -> None:
    call = {**SNS, **more}
    parameters = json.dumps({"TopicArn": TOPIC, "Subject": subject, "Message": message})
    history.add("TaskStateEntered", key="stateEntered", name="Notify", input="{}")
    history.add("TaskScheduled", key="taskScheduled", **call, parameters=parameters)
    history.add("TaskStarted", key="taskStarted", **call)
    details = {"output": "{}"} if end in ("TaskSucceeded", "TaskSubmitted") else {"error": "SNS.X", "cause": "no"}
    history.add(end, key=f"{end[0].lower()}{end[1:]}", **call, **details)


def read(history: History) -> PublishedMessages:
    record = open_record()
    for _ in read_events(record, history.events):
        pass
    return record.messages


def test_messages_have_their_subjects_texts_and_times():
    history = History()
    history.begin()
    publish(history, "1 of 2 failed\n", "[dev] etl")
    publish(history, {"a": [1]}, "")
    publish(history, "by the SDK", resourceType="aws-sdk:sns")
    publish(history, "with a token", end="TaskSubmitted", resource="publish.waitForTaskToken")
    assert read(history).kept == [
        PublishedMessage(at=AT + timedelta(seconds=5), topic=TOPIC, subject="[dev] etl", text="1 of 2 failed\n"),
        PublishedMessage(at=AT + timedelta(seconds=9), topic=TOPIC, subject="", text='{"a":[1]}'),
        PublishedMessage(at=AT + timedelta(seconds=13), topic=TOPIC, subject="s", text="by the SDK"),
        PublishedMessage(at=AT + timedelta(seconds=17), topic=TOPIC, subject="s", text="with a token"),
    ]


@pytest.mark.parametrize("end", ["TaskFailed", "TaskTimedOut", "TaskStartFailed", "TaskSubmitFailed"])
def test_a_message_that_was_not_sent_has_the_error(end: str):
    history = History()
    history.begin()
    publish(history, "lost", end=end)
    (message,) = read(history).kept
    assert (message.text, message.error) == ("lost", "SNS.X: no")


def test_other_tasks_and_calls_without_an_end_are_no_messages():
    history = History()
    history.begin()
    history.enter()
    history.start("a", "jr_1")
    history.end("SUCCEEDED", "jr_1")
    history.add("TaskScheduled", key="taskScheduled", **SNS, parameters="cut off")
    assert (read(history).kept, read(history).count) == ([], 0)


def test_long_and_many_messages_are_cut_off():
    history = History()
    history.begin()
    publish(history, "x" * 30_000)
    for _ in range(250):
        publish(history, "y")
    messages = read(history)
    assert (messages.kept[0].text[19_990:], messages.kept[0].text.count("x")) == (
        "x" * 10 + "\n… and 10,000 more characters",
        20_000,
    )
    assert (len(messages.kept), messages.count) == (200, 251)
