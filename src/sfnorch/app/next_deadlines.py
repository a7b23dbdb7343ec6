"""When the next deadline of a stack is: its schedule, and the limits of its alarms, are in its template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from sfnorch.app.deployment.deployed_stack import DeployedStack, derive_surroundings
from sfnorch.aws.errors import get_error_code
from sfnorch.aws.status import AlarmDeadline, Status
from sfnorch.schedules.deadlines import find_daily_start
from sfnorch.schedules.expressions import read_expression
from sfnorch.schedules.starts import list_start_times
from sfnorch.schedules.zones import is_zone, load_zone
from sfnorch.template.alarms import list_alarms
from sfnorch.template.intrinsics import StackValues
from sfnorch.template.schedules import find_schedule

if TYPE_CHECKING:
    from sfnorch.app.account import AwsAccount
    from sfnorch.template.alarms import DurationLimit

_REFUSED = ("AccessDenied", "AccessDeniedException")


def add_deadlines(found: Status, account: AwsAccount) -> Status:
    """Return the status with the deadline of each alarm that watches durations.

    The status is returned as it is if the template cannot be read, also for a lack of permission.
    """
    deployed = DeployedStack(client=account.session.cloudformation, stack=found.stack)
    try:
        source = deployed.source
    except ClientError as error:
        if get_error_code(error) not in _REFUSED:
            raise
        return found
    if source is None:
        return found
    stack = StackValues(source.data, found.stack.parameters, derive_surroundings(found.stack.id))
    limits = {alarm.name: limit for alarm in list_alarms(stack) for limit in alarm.limits[:1]}
    deadlines = _list_deadlines(stack, limits, account.now)
    return replace(found, alarms=tuple(replace(alarm, deadline=deadlines.get(alarm.name)) for alarm in found.alarms))


def _list_deadlines(stack: StackValues, limits: Mapping[str, DurationLimit], now: datetime) -> dict[str, AlarmDeadline]:
    """Return the deadline of each alarm by its name.

    The state machines of a plan start when its schedule starts. Other schedules have no deadline.
    """
    own = find_schedule(stack)
    expression = read_expression(own.expression.text).expression if own and own.expression.text else None
    zone = load_zone(own.zone_name) if own and own.zone_name and is_zone(own.zone_name) else None
    found = {}
    for name, limit in limits.items():
        duration, next_at = timedelta(seconds=limit.seconds), None
        if limit.is_deadline and expression is not None and zone is not None and find_daily_start(expression):
            start = next(list_start_times(expression, zone, now - duration), None)
            if start is not None:  # a duration is added in UTC: the clocks can change meanwhile
                next_at = (start.astimezone(timezone.utc) + duration).astimezone(zone)
        found[name] = AlarmDeadline(seconds=limit.seconds, next_at=next_at)
    return found
