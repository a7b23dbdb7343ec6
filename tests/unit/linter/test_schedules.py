"""What the rule invalid-schedule says, at an instant that the test says; whole findings are in tests/golden/rules."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from sfnorch.findings import Finding
from sfnorch.linter.rules.invalid_schedule import RULE
from sfnorch.linter.run import Linter
from sfnorch.linter.subject import Subject
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template

NOW = datetime(2026, 11, 5, tzinfo=timezone.utc)
SCHEDULE = """\
Parameters:
  Cron: {Type: String}
  Zone: {Type: String, Default: Europe/Berlin}
  Daily: {Type: String, Default: rate(1 days)}
Conditions:
  Berlin: !Equals [!Ref Zone, Europe/Berlin]
Resources:
  S:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: EXPRESSION
      ScheduleExpressionTimezone: ZONE
  R:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: RULE
  Listening:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [aws.glue]}
"""


def found(expression: str, zone: str = "!Ref AWS::NoValue", rule: str = "rate(1 day)") -> list[str]:
    """What the rule says of a schedule and of a rule: line, severity, message."""
    text = SCHEDULE.replace("EXPRESSION", expression).replace("ZONE", zone).replace("RULE", rule)
    subject = Subject(evaluate_template(parse_template(text, "t.yaml")), NOW)
    return [f"{finding.line} {finding.severity.value}: {finding.message}" for finding in RULE.find_faults(subject)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("cron(0 3 * * ? *)", "Europe/Berlin", "cron(0 3 * * ? *)"), []),
        (("rate(1 days)",), []),
        (("rate(1 day)", "UTC", "rate(1 days)"), ["16 error: the unit of rate(1 days) must be singular in an EventBridge rule"]),
        (("rate(1 day)", "UTC", "!Ref Daily"), ["16 error: the unit of rate(1 days) must be singular in an EventBridge rule"]),
        (
            ("cron(61 25 * * ? *)", "Europe/Berln"),
            [
                "11 error: minutes 61 is out of range",
                "11 error: hours 25 is out of range",
                "12 error: unknown time zone 'Europe/Berln'",
            ],
        ),
        # what is only against the documentation
        (
            ("cron(0 12 * * ?)",),
            [
                ("11 warning: cron(0 12 * * ?) has 5 fields, and must have 6 "
                "(minutes hours day-of-month month day-of-week year)")
            ],
        ),
        (("at(2030-01-01T05:00)",), ["11 warning: at(2030-01-01T05:00) has no seconds"]),
        (("rate(1 day)", "UTC", "cron(0 3 * * ? 2500)"), ["16 warning: year 2500 is out of range"]),
        # what depends on the day
        (
            ("cron(30 2 * * ? *)", "Europe/Berlin"),
            ["11 warning: the start at 2027-03-28 02:30 is skipped: in Europe/Berlin the clocks go from 02:00 to 03:00"],
        ),
        (
            ("cron(30 2 * * ? *)", "!If [Berlin, !Ref Zone, UTC]"),
            ["11 warning: the start at 2027-03-28 02:30 is skipped: in Europe/Berlin the clocks go from 02:00 to 03:00"],
        ),
        (("cron(30 2 * * ? *)",), []),
        (("at(2020-01-01T05:00:00)",), ["11 warning: at(2020-01-01T05:00:00) is in the past"]),
        (("cron(0 3 * * ? 2020)",), ["11 error: cron(0 3 * * ? 2020) has no start time after 2026-11-05"]),
        (
            ("rate(1 day)", "UTC", "cron(0 3 * * ? 2020)"),
            ["16 warning: cron(0 3 * * ? 2020) has no start time after 2026-11-05"],
        ),
        # what only AWS knows
        (("!Ref Cron",), []),
        (("!Sub 'cron(0 ${Cron} * * ? *)'", "UTC", "!ImportValue x"), []),
        (("cron(30 2 * * ? *)", "!Ref Cron"), []),
        (("cron(61 2 * * ? *)", "!Ref Cron"), ["11 error: minutes 61 is out of range"]),
        (("!Ref Cron", "Europe/Berln"), ["12 error: unknown time zone 'Europe/Berln'"]),
        # what is no text
        (("[rate(1 day)]", "{a: b}", "5"), []),
    ],
)  # fmt: skip
def test_schedules_and_rules(arguments: tuple[str, ...], said: list[str]):
    assert found(*arguments) == said


@pytest.mark.parametrize("kind", ["Function", "StateMachine"])
def test_events_of_sam(kind: str):
    text = (
        f"Resources:\n  R:\n    Type: AWS::Serverless::{kind}\n    Properties:\n      Events:\n"
        "        A: {Type: Schedule, Properties: {Schedule: rate(1 days)}}\n"
        "        B: {Type: Schedule, Properties: {Schedule: cron(30 2 * * ? *)}}\n"
        "        C:\n          Type: ScheduleV2\n          Properties:\n"
        "            ScheduleExpression: rate(90 seconds)\n"
        "            ScheduleExpressionTimezone: Nowhere/Land\n"
        "        D: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 days)}}\n"
        "        E: {Type: S3, Properties: {Schedule: rate(1 days)}}\n"
        "        F: {Type: Schedule}\n"
        "        G: [rate(1 days)]\n"
        "        H: {Type: Schedule, Properties: {}}\n"
    )
    subject = Subject(evaluate_template(parse_template(text, "t.yaml")), NOW)

    assert [(finding.line, finding.path, finding.message) for finding in RULE.find_faults(subject)] == [
        (6, "Resources.R.Properties.Events.A.Properties.Schedule", "the unit of rate(1 days) must be singular in an EventBridge rule"),
        (11, "Resources.R.Properties.Events.C.Properties.ScheduleExpression", "a rate in seconds is unsupported; rate(1 minute) is the shortest"),
        (12, "Resources.R.Properties.Events.C.Properties.ScheduleExpressionTimezone", "unknown time zone 'Nowhere/Land'"),
    ]  # fmt: skip


def test_events_that_are_no_mapping_are_left_to_others():
    text = "Resources:\n  R: {Type: AWS::Serverless::Function, Properties: {Events: [a]}}\n"
    assert list(RULE.find_faults(Subject(evaluate_template(parse_template(text, "t.yaml")), NOW))) == []


AT_IN_AN_EVENT = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: a.b
      InlineCode: x
      Events:
        A: {Type: Schedule, Properties: {Schedule: at(2196-01-01T00:00:00)}}
        B: {Type: Schedule, Properties: {Schedul: rate(1 day)}}
"""
BY_REF = SCHEDULE.replace("EXPRESSION", "rate(1 day)").replace("ZONE", "UTC").replace("RULE", "!Ref Daily")


def linted(text: str, *ignored: str) -> list[Finding]:
    return Linter(ignored, now=NOW).lint_template(evaluate_template(parse_template(text, "t.yaml")))


def test_cfn_lint_does_not_repeat_what_the_rule_says():
    said = [(finding.rule, finding.line) for finding in linted(AT_IN_AN_EVENT)]
    assert [row for row in said if row[1] == 10] == [("invalid-schedule", 10)]
    assert {rule for rule, line in said if line == 11} >= {"E3017"}  # another event keeps what cfn-lint says of it
    assert [finding.rule for finding in linted(BY_REF) if finding.line == 16] == ["invalid-schedule"]


def test_cfn_lint_is_heard_where_the_rule_is_ignored():
    assert {finding.rule for finding in linted(AT_IN_AN_EVENT, "invalid-schedule") if finding.line == 10} >= {
        "E3017",
        "E3031",
    }
    assert [finding.rule for finding in linted(BY_REF, "invalid-schedule") if finding.line == 16] == ["W1030"]


def test_linting_takes_the_instant_from_its_caller():
    text = (
        SCHEDULE.replace("EXPRESSION", "at(2026-12-01T00:00:00)").replace("ZONE", "UTC").replace("RULE", "rate(1 day)")
    )
    later = Linter(now=datetime(2027, 1, 1, tzinfo=timezone.utc))
    ours = [
        finding.message
        for finding in later.lint_template(evaluate_template(parse_template(text, "t.yaml")))
        if finding.rule == RULE.id
    ]
    assert ours == ["at(2026-12-01T00:00:00) is in the past"]
    assert [finding for finding in linted(text) if finding.rule == RULE.id] == []
