"""Read the text of a schedule expression, and report all its faults.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from sfnorch.schedules.cron import CronExpression, read_cron
from sfnorch.schedules.faults import ScheduleFault
from sfnorch.schedules.moments import OneTimeExpression, read_at
from sfnorch.schedules.rates import RateExpression, read_rate
from sfnorch.schedules.service import Service

Expression: TypeAlias = CronExpression | RateExpression | OneTimeExpression
"""A schedule expression."""

_MOST_CHARACTERS = 256
_KINDS = {Service.SCHEDULER: "cron(…), rate(…) or at(…)", Service.RULE: "cron(…) or rate(…)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadResult:
    """The result of reading a text: an expression, or faults."""

    expression: Expression | None
    faults: tuple[ScheduleFault, ...] = ()


def read_expression(text: str, service: Service = Service.SCHEDULER) -> ReadResult:
    """Return the expression in the text, or all its faults, each with a fix."""
    if len(text) > _MOST_CHARACTERS:
        message = f"a schedule expression of {len(text):,} characters is too long"
        fix = f"write {_MOST_CHARACTERS} at most, with ranges and steps in place of long lists"
        return _create_result([ScheduleFault(message=message, fix=fix)])
    match = re.fullmatch(r"(cron|rate|at)\(([^()]*)\)", text)
    if match is None:
        return _create_result([_create_form_fault(text, service)])
    kind, body = match.groups()
    expression: Expression | None
    if kind == "cron":
        expression, faults = read_cron(body, service)
    elif kind == "rate":
        expression, faults = read_rate(body, service)
    else:
        expression, faults = read_at(body)
        if service is Service.RULE:
            message = f"{text} is unsupported: an EventBridge rule uses cron(…) or rate(…)"
            fix = "use AWS::Scheduler::Schedule (in SAM, the event ScheduleV2) for one start"
            return _create_result([ScheduleFault(message=message, fix=fix)])
    return _create_result(faults) if faults else ReadResult(expression=expression)


def _create_result(faults: list[ScheduleFault]) -> ReadResult:
    return ReadResult(expression=None, faults=tuple(faults))


def _create_form_fault(text: str, service: Service) -> ScheduleFault:
    """Return the fault of a text in another form, with a similar valid expression."""
    message = f"{text!r} is not {_KINDS[service]}"
    keyword, bracket, rest = text.strip().partition("(")
    kind = keyword.strip().lower()
    meant = f"{kind}({rest.lower() if kind == 'rate' else rest}" if bracket else f"cron({text.strip()})"
    if meant != text and read_expression(meant, service).expression is not None:
        taken = service is Service.SCHEDULER and text[len(kind) :] == meant[len(kind) :]
        return ScheduleFault(message=message, fix=f"write {meant}", refused=not taken)
    return ScheduleFault(message=message, fix="write for example cron(0 3 * * ? *) or rate(1 day)")
