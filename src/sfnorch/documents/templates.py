"""The documents of commands that read plans and templates: lint, patterns, render."""

from __future__ import annotations

from typing import TypedDict

from sfnorch.documents.types import Seconds, Timestamp
from sfnorch.json_values import Json


class FindingData(TypedDict):
    """A mistake or a risk that a rule found."""

    rule: str
    """ID of the rule: of sfnorch, such as `missing-permission`, or of cfn-lint, such as `E3002`."""
    severity: str
    """`error`, `warning` or `info`."""
    file: str
    """File that it was found in."""
    line: int | None
    """Line in the file, from 1."""
    path: str
    """Path of the value in the document; empty if the finding is about the whole document."""
    message: str
    """What is wrong."""
    hint: str
    """How to fix it; empty if there is no suggestion."""


class LintDocument(TypedDict):
    """The findings of all templates."""

    findings: list[FindingData]
    """Findings, template by template; empty if nothing was found."""


class RuleData(TypedDict):
    """A lint rule of sfnorch."""

    rule: str
    """ID of the rule."""
    severity: str
    """`error`, `warning` or `info`."""
    title: str
    """What the rule finds."""
    why: str
    """Why it matters."""
    source: str
    """Page that the rule follows."""


class RulesDocument(TypedDict):
    """The lint rules of sfnorch without those of cfn-lint; with `--explain`, the one rule."""

    rules: list[RuleData]
    """Rules, in the order of `sfnorch lint --list-rules`."""


class PatternData(TypedDict):
    """A pattern that a plan can use."""

    name: str
    """Value of the plan key `pattern`."""
    summary: str
    """What the pattern does."""


class PatternsDocument(TypedDict):
    """The patterns."""

    patterns: list[PatternData]
    """Patterns, in the order of `sfnorch patterns`."""


class MachineSummary(TypedDict):
    """A state machine of a template."""

    machine: str
    """Name of the state machine without the stack's name."""
    key: str
    """Beginning of the logical IDs of the state machine's resources."""
    states: list[str]
    """Names of the states."""
    jobs: list[str]
    """Glue jobs that the plan names."""


class ScheduledStart(TypedDict):
    """A time at which the schedule starts an execution."""

    local: Timestamp | None
    """Time in the schedule's time zone."""
    utc: Timestamp | None
    """The same time in UTC."""


class ScheduleWarning(TypedDict):
    """A start that may not be as expected."""

    message: str
    """What may be wrong."""
    hint: str
    """How to fix it."""


class ScheduleData(TypedDict):
    """The schedule of the plan."""

    expression: str
    """Schedule expression, such as `cron(0 3 * * ? *)`."""
    timezone: str
    """Time zone that the expression is in."""
    everySeconds: Seconds | None
    """Interval of a rate."""
    starts: list[ScheduledStart]
    """Next three starts; empty for a rate, which starts when the stack is deployed."""
    warnings: list[ScheduleWarning]
    """Starts that may not be as expected."""


class StartData(TypedDict):
    """A start in the list `starts` of the plan."""

    name: str
    """Name of the start."""
    schedule: ScheduleData | None
    """Schedule; null for a start on events."""
    event: dict[str, Json] | None
    """Event pattern of the rule, also for objects in S3; null for a schedule."""


class RenderDocument(TypedDict):
    """The file that was written, and what it contains."""

    file: str
    """Path of the file."""
    format: str
    """`sam`, `cfn` or `asl`."""
    bytes: int
    """Size of the file in bytes."""
    machines: list[MachineSummary]
    """State machines of the template."""
    warnings: list[FindingData]
    """Risks in the plan; empty if there are none."""
    schedule: ScheduleData | None
    """The plan's schedule; null if the plan has none."""
    starts: list[StartData]
    """Further starts of the plan; empty if there are none."""
