"""A schedule as it is shown: its next three start times, from an instant that the test says."""

from __future__ import annotations

import io
from datetime import datetime, timezone

import pytest

from sfnorch.console import Console
from sfnorch.report.schedule import convert_schedule, print_schedule
from sfnorch.workflow import ExecutionSchedule

NOW = datetime(2027, 3, 26, 12, 0, tzinfo=timezone.utc)
DAILY = ExecutionSchedule(machine="Master", expression="cron(30 2 * * ? *)", timezone="Europe/Berlin")


@pytest.mark.parametrize(
    ("schedule", "shown"),
    [
        (
            DAILY,
            """\
schedule: cron(30 2 * * ? *), Europe/Berlin
├── Sat 2027-03-27 02:30 Europe/Berlin, Sat 2027-03-27 01:30 UTC
├── Mon 2027-03-29 02:30 Europe/Berlin, Mon 2027-03-29 00:30 UTC
├── Tue 2027-03-30 02:30 Europe/Berlin, Tue 2027-03-30 00:30 UTC
└── the start at 2027-03-28 02:30 is skipped: in Europe/Berlin the clocks go
    from 02:00 to 03:00; write a time outside of 02:00 to 03:00, or use the time
    zone UTC
""",
        ),
        (
            ExecutionSchedule(machine="", expression="cron(0 3 ? * 2 *)"),
            """\
schedule: cron(0 3 ? * 2 *), UTC
├── Mon 2027-03-29 03:00 UTC
├── Mon 2027-04-05 03:00 UTC
└── Mon 2027-04-12 03:00 UTC
""",
        ),
        (
            ExecutionSchedule(machine="", expression="at(2030-01-31T05:00:30)", timezone="America/New_York"),
            """\
schedule: at(2030-01-31T05:00:30), America/New_York
└── Thu 2030-01-31 05:00:30 America/New_York, Thu 2030-01-31 10:00:30 UTC
""",
        ),
        (
            ExecutionSchedule(machine="", expression="rate(15 minutes)"),
            """\
schedule: rate(15 minutes), UTC
└── starts when the stack is deployed, then every 15 minutes
""",
        ),
        (
            ExecutionSchedule(machine="", expression="at(2020-01-31T05:00:00)"),
            """\
schedule: at(2020-01-31T05:00:00), UTC
└── at(2020-01-31T05:00:00) is in the past; write a later time
""",
        ),
    ],
)
def test_it_is_printed(schedule: ExecutionSchedule, shown: str):
    file = io.StringIO()
    print_schedule(schedule, NOW, Console(file=file, width=80))
    assert "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines()) == shown


def test_it_is_data():
    assert convert_schedule(DAILY, NOW) == {
        "expression": "cron(30 2 * * ? *)",
        "timezone": "Europe/Berlin",
        "everySeconds": None,
        "starts": [
            {"local": "2027-03-27T02:30:00+01:00", "utc": "2027-03-27T01:30:00+00:00"},
            {"local": "2027-03-29T02:30:00+02:00", "utc": "2027-03-29T00:30:00+00:00"},
            {"local": "2027-03-30T02:30:00+02:00", "utc": "2027-03-30T00:30:00+00:00"},
        ],
        "warnings": [
            {
                "message": "the start at 2027-03-28 02:30 is skipped: in Europe/Berlin the clocks go from 02:00 to 03:00",
                "hint": "write a time outside of 02:00 to 03:00, or use the time zone UTC",
            }
        ],
    }


def test_a_rate_as_data_has_its_seconds():
    assert convert_schedule(ExecutionSchedule(machine="", expression="rate(6 hours)"), NOW) == {
        "expression": "rate(6 hours)",
        "timezone": "UTC",
        "everySeconds": 21_600,
        "starts": [],
        "warnings": [],
    }
