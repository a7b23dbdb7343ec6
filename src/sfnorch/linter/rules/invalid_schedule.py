"""A schedule that EventBridge rejects, that never starts anything, or that skips a start because of daylight saving."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding
from sfnorch.schedules.expressions import Expression, read_expression
from sfnorch.schedules.faults import ScheduleFault
from sfnorch.schedules.service import Service
from sfnorch.schedules.starts import compute_outlook
from sfnorch.schedules.zones import find_zone_fault
from sfnorch.template.schedules import ScheduleResource, TextProperty, list_schedules


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for scheduled in list_schedules(subject.template.stack):
        expression = None
        if scheduled.expression.text is not None:
            reading = read_expression(scheduled.expression.text, scheduled.service)
            expression = reading.expression
            for wrong in reading.faults:
                yield _create_finding(scheduled.expression, wrong, refused=wrong.refused)
        wrong_zone = None
        if scheduled.zone and scheduled.zone.text is not None:
            wrong_zone = find_zone_fault(scheduled.zone.text)
            if wrong_zone:
                yield _create_finding(scheduled.zone, wrong_zone, refused=True)
        if expression is not None and wrong_zone is None:
            yield from _find_doubts(subject, scheduled, expression)


def _find_doubts(subject: Subject, scheduled: ScheduleResource, expression: Expression) -> Iterator[RuleFinding]:
    """Yield the warnings about a valid expression. It is unknown whether AWS rejects a rule that never starts."""
    if scheduled.zone_name is None:
        return
    for doubt in compute_outlook(expression, scheduled.zone_name, subject.now).doubts:
        refused = doubt.refused and scheduled.service is Service.SCHEDULER
        yield _create_finding(scheduled.expression, doubt, refused=refused)


def _create_finding(setting: TextProperty, wrong: ScheduleFault, *, refused: bool) -> RuleFinding:
    severity = Severity.ERROR if refused else Severity.WARNING
    return RuleFinding(path=setting.path, place=setting.place, message=wrong.message, hint=wrong.fix, severity=severity)


RULE = LintRule(
    id="invalid-schedule",
    title="A schedule that EventBridge rejects, that never starts, or that skips a start",
    why="the deployment fails, or an expected execution does not start",
    source="https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html",
    severity=Severity.ERROR,
    check=_check,
)
