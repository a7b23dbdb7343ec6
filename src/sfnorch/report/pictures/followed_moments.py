"""What happened in executions on AWS, by time: notifications, alarms, and the lines of the timeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from sfnorch.aws.alarm_changes import AlarmStateChange
from sfnorch.report.pictures.drawn_run import DrawnActivity, Moment
from sfnorch.report.tones import Tone, find_tone
from sfnorch.runs.node import Node
from sfnorch.template.resources import shorten_arn

MOST_NOTIFICATIONS = 500
"""The maximum number of notifications in a report."""


def draw_messages(nodes: Sequence[Node], titles: Mapping[str, str], begin: datetime) -> list[Moment]:
    """Return the messages that Tasks of the executions published, by time; `titles` are those of the executions."""
    found = []
    for node in nodes:
        for message in node.record.messages.kept:
            parts = (
                f"To {shorten_arn(message.topic)}, by {titles.get(node.key, node.machine)}",
                f"Not sent: {message.error}" if message.error else "",
                message.text,
            )
            moment = Moment(
                at=_measure(message.at, begin),
                title=message.subject or "no subject",
                text="\n\n".join(filter(None, parts)),
                tone=Tone.BAD if message.error else Tone.OTHER,
            )
            found.append(moment)
    return sorted(found, key=lambda moment: moment.at)


def draw_alarms(changes: Sequence[AlarmStateChange], begin: datetime) -> list[Moment]:
    """Return the changes of the states of alarms, in their order."""
    return [_draw_alarm(change, begin) for change in changes]


def _draw_alarm(change: AlarmStateChange, begin: datetime) -> Moment:
    topics = ", ".join(shorten_arn(arn) for arn in change.actions if ":sns:" in arn)
    return Moment(
        at=_measure(change.at, begin),
        title=f"{change.alarm}: {change.before} → {change.after}",
        text="\n".join(filter(None, (change.reason, f"Notifies {topics}" if topics else ""))),
        tone=find_tone(change.after),
    )


def list_timeline(
    activities: Sequence[DrawnActivity], notifications: Sequence[Moment], alarms: Sequence[Moment]
) -> list[Moment]:
    """Return the lines of the timeline, by time."""
    lines = [*_list_moments(activities), *_name_moments("notification", notifications), *_name_moments("alarm", alarms)]
    return sorted(lines, key=lambda moment: moment.at)


def _name_moments(name: str, moments: Sequence[Moment]) -> Iterator[Moment]:
    return (Moment(at=moment.at, title=f"{name} {moment.title}", tone=moment.tone) for moment in moments)


def _list_moments(activities: Sequence[DrawnActivity]) -> Iterator[Moment]:
    """Yield the start and the end of each activity and of its attempts."""
    for activity in activities:
        yield Moment(at=activity.started, title=f"{activity.name} starts")
        for before, after in pairwise(activity.attempts):
            if before.ended is not None:
                yield _end(before.ended, f"{activity.name} attempt {before.number}", before.status, before.message)
            yield Moment(at=after.started, title=f"{activity.name} attempt {after.number} starts")
        if activity.ended is not None:
            yield _end(activity.ended, activity.name, activity.status, activity.message)
        yield from _list_moments(activity.parts)


def _end(at: float, name: str, status: str, message: str) -> Moment:
    words = " ".join(message.split())
    return Moment(at=at, title=f"{name} {status}{f': {words}' if words else ''}", tone=find_tone(status))


def _measure(at: datetime, begin: datetime) -> float:
    """Return the seconds from the start of the run to a time."""
    return max((at - begin).total_seconds(), 0.0)
