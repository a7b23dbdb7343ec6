"""Every fault of an expression, with its fix: what EventBridge Scheduler says of it, and what an EventBridge rule does."""

from __future__ import annotations

import pytest

from sfnorch.schedules.expressions import read_expression
from sfnorch.schedules.faults import ScheduleFault
from sfnorch.schedules.service import Service

SIX = "and must have 6 (minutes hours day-of-month month day-of-week year)"


def faults_of(text: str, service: Service = Service.SCHEDULER) -> list[str]:
    """The faults as a command shows them."""
    reading = read_expression(text, service)
    assert (reading.expression is None) == bool(reading.faults)
    return [f"{fault.message}; {fault.fix}" for fault in reading.faults]


FAULTS = {
    # fields
    "cron(0 3 * * *)": [f"cron(0 3 * * *) has 5 fields, {SIX}; write cron(0 3 * * ? *)"],
    "cron(0 12 * * ?)": [f"cron(0 12 * * ?) has 5 fields, {SIX}; write cron(0 12 * * ? *)"],
    "cron(30 5 * * 1-5)": [f"cron(30 5 * * 1-5) has 5 fields, {SIX}; write cron(30 5 ? * MON-FRI *)"],
    "cron(0 5 * * 0,7)": [f"cron(0 5 * * 0,7) has 5 fields, {SIX}; write cron(0 5 ? * SUN,SUN *)"],
    "cron(0 5 1 * 1)": [
        f"cron(0 5 1 * 1) has 5 fields, {SIX}; write all six, as in cron(0 3 * * ? *) for 03:00 on each day"
    ],
    "cron(0 0 3 * * ? *)": [f"cron(0 0 3 * * ? *) has 7 fields, {SIX}; write cron(0 3 * * ? *)"],
    "cron(x)": [f"cron(x) has 1 field, {SIX}; write all six, as in cron(0 3 * * ? *) for 03:00 on each day"],
    "cron()": [f"cron() has 0 fields, {SIX}; write all six, as in cron(0 3 * * ? *) for 03:00 on each day"],
    "cron(0/5, 9-18, ?, *, MON-FRI, *)": [
        "cron(0/5, 9-18, ?, *, MON-FRI, *) has commas between its fields; write cron(0/5 9-18 ? * MON-FRI *)"
    ],
    "cron( 0 3 * *  ? *)": ["cron( 0 3 * *  ? *) has extra blanks; write one blank between two fields"],
    # ranges
    "cron(61 25 ? * FUN *)": [
        "minutes 61 is out of range; write 0 to 59",
        "hours 25 is out of range; write 0 to 23",
        "day-of-week 'FUN' is invalid; did you mean SUN?",
    ],
    "cron(60 24 0 13 ? 1969)": [
        "minutes 60 is out of range; write 0 to 59",
        "hours 24 is out of range; write 0 to 23",
        "day-of-month 0 is out of range; write 1 to 31",
        "month 13 is out of range; write 1 to 12 or JAN to DEC",
        "year 1969 is out of range; write 1970 to 2199",
    ],
    "cron(0 3 ? * 0 *)": ["day-of-week 0 is out of range; write 1 to 7 or SUN to SAT (1 is SUN)"],
    "cron(0 3 ? JANUARY 8 *)": [
        "month 'JANUARY' is invalid; did you mean JAN?",
        "day-of-week 8 is out of range; write 1 to 7 or SUN to SAT (1 is SUN)",
    ],
    "cron(0-70 3 * * ? *)": ["minutes 70 is out of range; write 0 to 59"],
    "cron(70-80 3 * * ? *)": [
        "minutes 70 is out of range; write 0 to 59",
        "minutes 80 is out of range; write 0 to 59",
    ],
    "cron(0 3 * * ? 2030-2026)": ["year 2030-2026 runs backwards; write 2026-2030"],
    "cron(*-5 3 * * ? *)": ["minutes '*' is invalid; write 0 to 59"],
    "cron(1-2-3 3 * * ? *)": ["minutes '2-3' is invalid; write 0 to 59"],
    "cron(0,,5 3, * * ? *)": [
        "minutes has a comma without a value; remove the comma; blanks alone separate the fields",
        "hours has a comma without a value; remove the comma; blanks alone separate the fields",
    ],
    "cron(٣ 3 * * ? *)": ["minutes '٣' is invalid; write 0 to 59"],
    # steps
    "cron(0/0 */x * * ? *)": [
        "step 0 in minutes is out of range; write a step of 1 or more",
        "step 'X' in hours is invalid; write a whole number after /, as in 0/15",
    ],
    "cron(0/90 */36 1/40 * ? *)": [
        "step 90 in minutes is longer than the field, so that it matches only 0; write 0, or rate(90 minutes)",
        "step 36 in hours is longer than the field, so that it matches only 0; write 0, or rate(36 hours)",
        "step 40 in day-of-month is longer than the field, so that it matches only 1; write 1",
    ],
    # ?, L, W and #
    "cron(0 3 * * * *)": ["day-of-month and day-of-week are both set; write cron(0 3 * * ? *)"],
    "cron(0 3 * * MON *)": ["day-of-month and day-of-week are both set; write cron(0 3 ? * MON *)"],
    "cron(0 3 1 * MON *)": [
        "day-of-month and day-of-week are both set; write ? in one of them, and a second schedule for the other"
    ],
    "cron(0 3 ? * ? *)": ["day-of-month and day-of-week are both ?; write cron(0 3 * * ? *)"],
    "cron(99 3 * * * *)": [
        "minutes 99 is out of range; write 0 to 59",
        "day-of-month and day-of-week are both set; write ? in one of them",
    ],
    "cron(? L 15W W ? 3#1)": [
        "minutes does not support ?; write 0 to 59, or * for each; it is for day-of-month and day-of-week",
        "hours does not support L; write 0 to 23, or * for each; it is for day-of-month and day-of-week",
        "month does not support W; write 1 to 12 or JAN to DEC, or * for each; it is for day-of-month",
        "year does not support 3#1; write 1970 to 2199, or * for each; it is for day-of-week",
    ],
    "cron(0 3 3#1 * ? *)": [
        "day-of-month does not support 3#1; write 1 to 31, or * for each; it is for day-of-week",
    ],
    "cron(0 3 ? * 15W *)": [
        "day-of-week does not support 15W; write 1 to 7 or SUN to SAT (1 is SUN), or * for each; it is for day-of-month"
    ],
    "cron(0 3 ? * 3#1,6#3 *)": [
        "day-of-week has 3#1 together with other values; write 3#1 alone, and a second schedule"
    ],
    "cron(0 3 1,L * ? *)": ["day-of-month has L together with other values; write L alone, and a second schedule"],
    "cron(0 3 ? * 9#6 *)": [
        "day-of-week 9 is out of range; write 1 to 7 or SUN to SAT (1 is SUN)",
        "day-of-week 9#6 is out of range after #; write 1 to 5 there: 3#2 is the second Tuesday",
    ],
    "cron(0 3 ? * 3#1#2 *)": ["day-of-week '3#1#2' is invalid; write 1 to 7 or SUN to SAT (1 is SUN)"],
    "cron(0 3 ? * 8L *)": ["day-of-week 8 is out of range; write 1 to 7 or SUN to SAT (1 is SUN)"],
    "cron(0 3 ? * FRYL *)": ["day-of-week 'FRY' is invalid; did you mean FRI?"],
    "cron(0 3 32W * ? *)": ["day-of-month 32 is out of range; write 1 to 31"],
    "cron(0 3 W * ? *)": ["day-of-month W has no day; write the day before it: 15W is the weekday nearest to the 15th"],
    "cron(0 3 L-31 * ? *)": ["day-of-month L-31 is out of range; write L-1 to L-30, or L for the last day"],
    # no date
    "cron(0 3 31 2 ? *)": [
        (
            "cron(0 3 31 2 ? *) never starts: no such date exists; "
            "write a day that the month has, or L for its last: cron(0 3 L 2 ? *)"
        )
    ],
    "cron(0 3 31 FEB,4,6,9,11 ? *)": [
        (
            "cron(0 3 31 FEB,4,6,9,11 ? *) never starts: no such date exists; "
            "write a day that the month has, or L for its last: cron(0 3 L FEB,4,6,9,11 ? *)"
        )
    ],
    "cron(0 3 29 2 ? 2026-2027)": [
        (
            "cron(0 3 29 2 ? 2026-2027) never starts: no such date exists; "
            "write a day that the month has, or L for its last: cron(0 3 L 2 ? 2026-2027)"
        )
    ],
    "cron(0 3 ? 2 7#5 2027)": [
        "cron(0 3 ? 2 7#5 2027) never starts: no such date exists; write a day that the month has in these years"
    ],
    "cron(0 3 L-29 2 ? *)": [
        "cron(0 3 L-29 2 ? *) never starts: no such date exists; write a day that the month has in these years"
    ],
    # rate
    "rate(0 minutes)": ["the value of a rate must be 1 or more, not 0; write rate(1 minute) for the shortest rate"],
    "rate(90 seconds)": ["a rate in seconds is unsupported; rate(1 minute) is the shortest; write rate(2 minutes)"],
    "rate(1 second)": ["a rate in seconds is unsupported; rate(1 minute) is the shortest; write rate(1 minute)"],
    "rate(2 weeks)": ["unit 'weeks' of a rate is unknown; write rate(14 days)"],
    "rate(5 mins)": ["unit 'mins' of a rate is unknown; did you mean rate(5 minutes)?"],
    "rate(1 month)": [
        "unit 'month' of a rate is unknown; write minutes, hours or days; a calendar month or year needs cron(…)"
    ],
    "rate(1.5 hours)": [
        "the value of a rate must be a whole number, not '1.5'; write it in digits, as in rate(5 minutes)"
    ],
    "rate(-1 fortnights)": [
        "the value of a rate must be a whole number, not '-1'; write it in digits, as in rate(5 minutes)",
        "unit 'fortnights' of a rate is unknown; write minutes, hours or days; a calendar month or year needs cron(…)",
    ],
    "rate(10minutes)": ["rate(10minutes) must be a value, a blank and a unit; write rate(10 minutes)"],
    "rate( 10 minutes )": ["rate( 10 minutes ) must be a value, a blank and a unit; write rate(10 minutes)"],
    "rate()": ["rate() must be a value, a blank and a unit; write for example rate(5 minutes)"],
    "rate(10)": ["rate(10) must be a value, a blank and a unit; write for example rate(5 minutes)"],
    # at
    "at(2026-13-41T00:00:00)": [
        "month 13 in at(2026-13-41T00:00:00) is out of range; write 01 to 12",
        "day 41 in at(2026-13-41T00:00:00) is out of range; write 01 to 31",
    ],
    "at(1969-01-01T24:60:60)": [
        "year 1969 in at(1969-01-01T24:60:60) is out of range; write 1970 to 2199",
        "hour 24 in at(1969-01-01T24:60:60) is out of range; write 00 to 23",
        "minute 60 in at(1969-01-01T24:60:60) is out of range; write 00 to 59",
        "second 60 in at(1969-01-01T24:60:60) is out of range; write 00 to 59",
    ],
    "at(2026-02-29T05:00:00)": [
        "at(2026-02-29T05:00:00) names a day that does not exist; write 01 to 28: the month has 28 days"
    ],
    "at(2030-01-01T05:00)": ["at(2030-01-01T05:00) has no seconds; write :00 at its end"],
    "at(2030-01-01)": [
        "at(2030-01-01) must have the form at(YYYY-MM-DDTHH:MM:SS); write at(2030-01-01T00:00:00)",
    ],
    "at(2030-01-01 05:30)": [
        "at(2030-01-01 05:30) must have the form at(YYYY-MM-DDTHH:MM:SS); write at(2030-01-01T05:30:00)",
    ],
    "at(2030-01-01T05:30:00.000+02:00)": [
        (
            "at(2030-01-01T05:30:00.000+02:00) must have the form at(YYYY-MM-DDTHH:MM:SS); "
            "write at(2030-01-01T05:30:00) and its time zone beside it"
        )
    ],
    "at(tomorrow)": [
        "at(tomorrow) must have the form at(YYYY-MM-DDTHH:MM:SS); write for example at(2030-01-31T05:00:00)"
    ],
    "at(2030-99-01)": [
        "at(2030-99-01) must have the form at(YYYY-MM-DDTHH:MM:SS); write for example at(2030-01-31T05:00:00)"
    ],
    # none of them
    "daily": ["'daily' is not cron(…), rate(…) or at(…); write for example cron(0 3 * * ? *) or rate(1 day)"],
    "0 3 * * ? *": ["'0 3 * * ? *' is not cron(…), rate(…) or at(…); write cron(0 3 * * ? *)"],
    "CRON(0 3 * * ? *)": ["'CRON(0 3 * * ? *)' is not cron(…), rate(…) or at(…); write cron(0 3 * * ? *)"],
    "Rate (10 Minutes)": ["'Rate (10 Minutes)' is not cron(…), rate(…) or at(…); write rate(10 minutes)"],
    " rate(10 minutes)": ["' rate(10 minutes)' is not cron(…), rate(…) or at(…); write rate(10 minutes)"],
    "rate(10 minutes)\n": ["'rate(10 minutes)\\n' is not cron(…), rate(…) or at(…); write rate(10 minutes)"],
    f"cron({'0,' * 130}0 3 * * ? *)": [
        (
            "a schedule expression of 277 characters is too long; "
            "write 256 at most, with ranges and steps in place of long lists"
        )
    ],
    "": ["'' is not cron(…), rate(…) or at(…); write for example cron(0 3 * * ? *) or rate(1 day)"],
}


@pytest.mark.parametrize("text", FAULTS)
def test_every_fault_with_its_fix(text: str):
    assert faults_of(text) == FAULTS[text]


@pytest.mark.parametrize(
    "text",
    [
        # of the documentation
        *("cron(0 10 * * ? *)", "cron(15 12 * * ? *)", "cron(0 18 ? * MON-FRI *)", "cron(0 8 1 * ? *)"),
        *("cron(0/10 * ? * MON-FRI *)", "cron(0/5 8-17 ? * MON-FRI *)", "cron(0/30 20-2 ? * MON-FRI *)"),
        *("cron(15 10 ? * 6L 2019-2022)", "cron(0 9 ? * 3#2 *)", "cron(0 9 3W * ? *)", "cron(0 9 L JAN,FEB ? *)"),
        *("rate(5 minutes)", "rate(1 minute)", "rate(1 hour)", "rate(1 day)"),
        # measured
        *("cron(0-15/1 8-8 ? * 2,3,4,5,6,7 *)", "cron(1-31/30 1-1 ? * 1,7 *)", "cron(0 9 1W * ? *)"),
        # as Quartz has it
        *("cron(0 9 LW * ? *)", "cron(0 9 L-3 * ? *)", "cron(0 9 ? * fri#2 *)", "cron(0 9 ? * mon,1/2 *)"),
        *("cron(05 09 01 01 ? 2030)", "cron(*/5 * ? * L *)", "cron(0 9 ? NOV-FEB FRI-MON *)"),
    ],
)
@pytest.mark.parametrize("service", Service)
def test_what_both_services_take(text: str, service: Service):
    assert faults_of(text, service) == []


@pytest.mark.parametrize(
    ("text", "by_rule"),
    [
        ("rate(1 hours)", "the unit of rate(1 hours) must be singular in an EventBridge rule; write rate(1 hour)"),
        ("rate(5 hour)", "the unit of rate(5 hour) must be plural in an EventBridge rule; write rate(5 hours)"),
        (
            "at(2030-01-31T05:00:00)",
            (
                "at(2030-01-31T05:00:00) is unsupported: an EventBridge rule uses cron(…) or rate(…); "
                "use AWS::Scheduler::Schedule (in SAM, the event ScheduleV2) for one start"
            ),
        ),
    ],
)
def test_what_the_scheduler_takes_and_a_rule_does_not(text: str, by_rule: str):
    assert (faults_of(text), faults_of(text, Service.RULE)) == ([], [by_rule])


def test_a_rule_names_what_it_takes():
    assert faults_of("daily", Service.RULE) == [
        "'daily' is not cron(…) or rate(…); write for example cron(0 3 * * ? *) or rate(1 day)"
    ]


# what is against the documentation, and which of the two services refuses it all the same
REFUSED = {
    "cron(0 12 * * ?)": (False, True),
    "cron(0 3 * * *)": (True, True),
    "cron(0 3 * * ? 2500)": (True, False),
    "cron(0  3 * * ? *)": (False, False),
    "cron(0/90 3 * * ? *)": (False, False),
    "cron(61 3 * * ? *)": (True, True),
    "CRON(0 3 * * ? *)": (False, True),
    " cron(0 3 * * ? *)": (True, True),
    "RATE(10 MINUTES)": (True, True),
    "rate(10minutes)": (False, True),
    "rate( 10 minutes )": (True, True),
    "at(2030-01-01T05:00)": (False, True),
    "at(2500-01-01T05:00:00)": (False, True),
    "at(2030-01-01)": (True, True),
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_aws_refuses(text: str):
    assert tuple(refused(text, service) for service in Service) == REFUSED[text]


def refused(text: str, service: Service) -> bool:
    """Whether the one fault of the text is one that the service refuses."""
    (fault,) = read_expression(text, service).faults
    assert isinstance(fault, ScheduleFault)
    return fault.refused
