"""The rules of a template that mute the actions of alarms.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-mute-rules.html (documented)
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sfnorch.json_values import find_value, read_string, read_strings
from sfnorch.template.declarations import find_declarations
from sfnorch.template.intrinsics import StackValues

_DURATION = re.compile(r"P(?:(\d{1,3})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,5})M)?)?")
"""A duration of API_Schedule: days, hours and minutes in ISO 8601."""


class MuteRule(NamedTuple):
    """A rule that mutes alarms: its name, the names of the alarms, and the schedule of its windows."""

    name: str
    alarms: frozenset[str]
    start: str
    """`cron(…)` with five fields, or `at(…)`."""
    seconds: int
    """The duration of a window."""
    timezone: str


def list_mute_rules(stack: StackValues) -> list[MuteRule]:
    """Return the template's mute rules, without those whose duration is not known."""
    rules = []
    for rule in find_declarations(stack, "AWS::CloudWatch::AlarmMuteRule"):
        schedule = rule.value("Rule", "Schedule")
        if found := _DURATION.fullmatch(read_string(find_value(schedule, "Duration"))):
            days, hours, minutes = (int(part or 0) for part in found.groups())
            rules.append(
                MuteRule(
                    name=rule.text("Name") or rule.logical_id,
                    alarms=frozenset(read_strings(rule.value("MuteTargets", "AlarmNames"))),
                    start=read_string(find_value(schedule, "Expression")),
                    seconds=(days * 24 + hours) * 3_600 + minutes * 60,
                    timezone=read_string(find_value(schedule, "Timezone"), "UTC"),
                )
            )
    return rules
