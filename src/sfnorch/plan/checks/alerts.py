"""Checks of the alert settings."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.plan.checks.names import check_repeated
from sfnorch.plan.models.alerts import Alerts
from sfnorch.plan.paths import Fault
from sfnorch.plan.sound_part import ValidPart


def check_alerts(alerts: Alerts, part: ValidPart) -> Iterator[Fault]:
    """Yield repeated addresses, and settings that exclude or require each other."""
    rows = [(("alerts", "emails", index), email) for index, email in enumerate(alerts.emails)]
    yield from check_repeated(rows, "{name!r} is listed twice; remove one of them")
    has_topic = alerts.topic_arn or part.is_incomplete(("alerts", "topic_arn"))
    if has_topic and (alerts.emails or part.is_incomplete(("alerts", "emails"))):
        yield (
            ("alerts", "emails"),
            "emails and topic_arn exclude each other: the stack creates a topic for emails; remove one of them",
        )
    if not has_topic and (alerts.topic_key_arn or part.is_incomplete(("alerts", "topic_key_arn"))):
        yield (
            ("alerts", "topic_key_arn"),
            "topic_key_arn requires topic_arn, the topic that the key encrypts; add topic_arn, or remove topic_key_arn",
        )
