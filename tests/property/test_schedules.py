"""What must hold of every schedule: compared with a slow oracle that knows only what the fields were made from.

The oracle walks over real instants, minute by minute, and asks what a clock on the wall shows.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from itertools import islice, takewhile

import pytest
from aws_cron_expression_validator.validator import AWSCronExpressionValidator
from aws_croniter import AwsCroniter
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from sfnorch.schedules.cron import CronExpression
from sfnorch.schedules.expressions import read_expression
from sfnorch.schedules.fields import MONTHS, WEEKDAYS
from sfnorch.schedules.service import Service
from sfnorch.schedules.starts import compute_outlook, find_skipped_start, list_start_times
from sfnorch.schedules.zones import load_zone

pytestmark = pytest.mark.slow

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca"]
CHANGES = [
    *(datetime(2027, 3, 28, 1), datetime(2027, 10, 31, 1), datetime(2027, 3, 14, 7), datetime(2027, 11, 7, 6)),
    *(datetime(2027, 10, 2, 15, 30), datetime(2027, 4, 3, 15), datetime(2027, 2, 7, 2), datetime(2027, 3, 14, 2)),
]
"""When the clocks of these zones change."""

instants = st.builds(
    lambda change, minutes: (change + timedelta(minutes=minutes)).replace(tzinfo=timezone.utc),
    st.sampled_from(CHANGES),
    st.integers(-1_500, 200),
)


@dataclass(frozen=True)
class Made:
    """A field's text, and whether a value is meant by it."""

    text: str
    means: Callable[[int], bool]


def values(low: int, high: int, names: tuple[str, ...] = (), *, wraps: bool = True) -> st.SearchStrategy[Made]:
    """Fields of numbers and names: lists of values, ranges and steps."""
    size = high - low + 1

    @st.composite
    def part(draw: st.DrawFn) -> Made:
        first, last = draw(st.integers(low, high)), draw(st.integers(low, high))
        step = draw(st.integers(1, high - low))
        if not wraps and first > last:
            first, last = last, first
        word = draw(st.sampled_from([str, lambda n: f"{n:02}", *([lambda n: names[n - low]] * 2 if names else [])]))
        reach = (last - first) % size
        return draw(
            st.sampled_from(
                [
                    Made(word(first), lambda n: n == first),
                    Made("*", lambda n: True),
                    Made(f"*/{step}", lambda n: (n - low) % step == 0),
                    Made(f"{word(first)}/{step}", lambda n: n >= first and (n - first) % step == 0),
                    Made(f"{word(first)}-{word(last)}", lambda n: (n - first) % size <= reach),
                    Made(
                        f"{word(first)}-{word(last)}/{step}",
                        lambda n: (n - first) % size <= reach and (n - first) % size % step == 0,
                    ),
                ]
            )
        )

    return st.lists(part(), min_size=1, max_size=3).map(
        lambda parts: Made(",".join(p.text for p in parts), lambda n: any(p.means(n) for p in parts))
    )


@dataclass(frozen=True)
class MadeDays:
    """The texts of day-of-month and day-of-week, and whether a date is meant by them."""

    of_month: str
    of_week: str
    means: Callable[[date], bool]


def last_of(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def aws_weekday(day: date) -> int:
    return day.isoweekday() % 7 + 1


def nearest_workday(day: date, number: int) -> bool:
    """Whether the date is the month's weekday nearest to a day: none other is as near."""
    if number > last_of(day) or day.weekday() > 4:
        return False
    month = [date(day.year, day.month, n) for n in range(1, last_of(day) + 1)]
    workdays = [d for d in month if d.weekday() <= 4]
    return day == min(workdays, key=lambda d: abs(d.day - number))


@st.composite
def days(draw: st.DrawFn) -> MadeDays:
    """All the forms of days."""
    number, weekday, nth = draw(st.integers(1, 31)), draw(st.integers(1, 7)), draw(st.integers(1, 5))
    before = draw(st.integers(1, 30))
    named = draw(st.sampled_from([str(weekday), WEEKDAYS[weekday - 1], WEEKDAYS[weekday - 1].lower()]))
    dates, weekdays = draw(values(1, 31)), draw(values(1, 7, WEEKDAYS))
    return draw(
        st.sampled_from(
            [
                MadeDays(dates.text, "?", lambda d: dates.means(d.day)),
                MadeDays("L", "?", lambda d: d.day == last_of(d)),
                MadeDays(f"L-{before}", "?", lambda d: d.day == last_of(d) - before),
                MadeDays(f"{number}W", "?", lambda d: nearest_workday(d, number)),
                MadeDays("LW", "?", lambda d: nearest_workday(d, last_of(d))),
                MadeDays("?", weekdays.text, lambda d: weekdays.means(aws_weekday(d))),
                MadeDays("?", "L", lambda d: d.weekday() == calendar.SATURDAY),
                MadeDays("?", f"{named}L", lambda d: aws_weekday(d) == weekday and d.day > last_of(d) - 7),
                MadeDays("?", f"{named}#{nth}", lambda d: aws_weekday(d) == weekday and (d.day + 6) // 7 == nth),
            ]
        )
    )


@dataclass(frozen=True)
class MadeCron:
    """A cron expression, and whether a local time is meant by it."""

    text: str
    date_means: Callable[[date], bool]
    means: Callable[[datetime], bool]


@st.composite
def crons(draw: st.DrawFn) -> MadeCron:
    """Cron expressions of all forms, that may have no date."""
    minute, hour, month = draw(values(0, 59)), draw(values(0, 23)), draw(values(1, 12, MONTHS))
    year = draw(st.one_of(st.just(Made("*", lambda n: True)), values(1970, 2199, wraps=False)))
    day = draw(days())

    def date_means(d: date) -> bool:
        return month.means(d.month) and year.means(d.year) and day.means(d)

    def means(t: datetime) -> bool:
        return minute.means(t.minute) and hour.means(t.hour) and date_means(t.date())

    return MadeCron(
        f"cron({minute.text} {hour.text} {day.of_month} {month.text} {day.of_week} {year.text})", date_means, means
    )


def cron_of(made: MadeCron) -> CronExpression:
    reading = read_expression(made.text)
    assume(not any("never starts" in fault.message for fault in reading.faults))
    assert reading.faults == ()
    assert isinstance(reading.expression, CronExpression)
    return reading.expression


@given(crons(), instants, st.sampled_from(ZONES))
@settings(max_examples=50)
def test_the_start_times_are_the_minutes_whose_local_time_is_meant(made: MadeCron, after: datetime, zone_name: str):
    place, end = load_zone(zone_name), after + timedelta(days=2)
    expected = []
    minute = after.replace(second=0)
    while (minute := minute + timedelta(minutes=1)) <= end:
        local = minute.astimezone(place)
        if local.fold == 0 and made.means(local.replace(tzinfo=None)):  # a time that comes again starts nothing
            expected.append(minute)

    found = list(takewhile(lambda start: start <= end, list_start_times(cron_of(made), place, after)))

    assert [start.astimezone(timezone.utc) for start in found] == expected


@given(crons(), st.integers(1970, 2199))
@settings(max_examples=80)
def test_the_dates_of_a_year_are_those_that_are_meant(made: MadeCron, year: int):
    whole = [date(year, 1, 1) + timedelta(days=n) for n in range(366 if calendar.isleap(year) else 365)]

    found = takewhile(lambda day: day.year == year, cron_of(made).list_dates(date(year, 1, 1)))

    assert list(found) == [day for day in whole if made.date_means(day)]


@given(crons(), instants, st.sampled_from(ZONES))
@settings(max_examples=50)
def test_what_is_lost_is_meant_and_not_there(made: MadeCron, after: datetime, zone_name: str):
    place = load_zone(zone_name)
    lost = find_skipped_start(cron_of(made), place, after)
    if lost:
        local, gap = lost
        assert made.means(local)
        assert gap.first <= local < gap.end
        assert local.replace(tzinfo=place).astimezone(timezone.utc).astimezone(place).replace(tzinfo=None) != local


@given(crons())
@settings(max_examples=60)
def test_only_a_cron_without_a_date_never_starts(made: MadeCron):
    faults = read_expression(made.text).faults
    if faults:
        assert [fault.message.endswith("never starts: no such date exists") for fault in faults] == [True]
        first = date(1970, 1, 1)
        assert not any(made.date_means(first + timedelta(days=n)) for n in range((date(2200, 1, 1) - first).days))


FIELDS = [("minutes", 0, 59), ("hours", 0, 23), ("day-of-month", 1, 31), ("month", 1, 12), ("day-of-week", 1, 7)]


@given(
    st.sampled_from([*enumerate(FIELDS), (5, ("year", 1970, 2199))]),
    st.integers(0, 100_000),
    st.sampled_from(["{}", "{}/2", "{}-{}", "*,{}"]),
    st.sampled_from(Service),
)
def test_a_number_out_of_range_is_a_fault_that_names_its_field(
    field: tuple[int, tuple[str, int, int]], number: int, form: str, service: Service
):
    position, (name, low, high) = field
    assume(not low <= number <= high)
    fields = ["0", "3", "?" if name == "day-of-week" else "1", "1", "?" if name != "day-of-week" else "1", "*"]
    fields[position] = form.format(number, number)

    faults = read_expression(f"cron({' '.join(fields)})", service).faults

    assert [fault.message for fault in faults] == [f"{name} {number} is out of range"]
    assert faults[0].fix.startswith(f"write {low} to {high}")


TEXTS = st.one_of(
    st.text(max_size=40),
    st.text("cronateh()0123456789*?LW#,-/ :TZminutesday", max_size=40),
    st.lists(st.text("0123456789*?LW#,-/MONJAN", min_size=1, max_size=6), min_size=4, max_size=8).map(
        lambda fields: f"cron({' '.join(fields)})"
    ),
    st.tuples(st.sampled_from(["rate", "at"]), st.text("0123456789-: T.Zsminutehoday", max_size=25)).map(
        lambda pair: f"{pair[0]}({pair[1]})"
    ),
)
_WHOLE = re.compile(r"(?:write|mean) ((?:cron|rate|at)\([^()]*\))")


@given(TEXTS, st.sampled_from(Service))
@settings(max_examples=200)
@example("cron(0 3 31 2 * *)", Service.SCHEDULER)
@example("at(9999-12-31T23:59:59)", Service.SCHEDULER)
@example("rate(" + "9" * 240 + " days)", Service.SCHEDULER)
def test_any_text_is_an_expression_or_has_faults_and_a_fix_is_right(text: str, service: Service):
    reading = read_expression(text, service)

    assert (reading.expression is None) == bool(reading.faults)
    for fault in reading.faults:
        assert fault.message
        assert fault.fix
        for meant in _WHOLE.findall(fault.fix):
            assert read_expression(meant, service).faults == ()
    if reading.expression is not None:
        outlook = compute_outlook(reading.expression, "America/New_York", datetime(2027, 1, 1, tzinfo=timezone.utc))
        assert all(start.tzinfo is not None for start in outlook.starts)


plain_crons = st.builds(
    lambda minute, hour, day, month, year: f"{minute} {hour} {day[0]} {month} {day[1]} {year}",
    st.sampled_from(["0", "5,35", "0/15", "10-40", "*/20", "59"]),
    st.sampled_from(["3", "0,12", "8-18", "20-2", "*"]),
    st.one_of(
        st.tuples(st.sampled_from(["1", "15", "1,15", "L", "1W", "15W", "30W", "10-20", "*/10"]), st.just("?")),
        st.tuples(st.just("?"), st.sampled_from(["MON", "2-6", "6L", "3#2", "SUN,SAT", "FRI-MON", "7#4", "*"])),
    ),
    st.sampled_from(["*", "1", "JAN-MAR", "1/3", "12", "2,4,6"]),
    st.sampled_from(["*", "2027-2030", "2028"]),
)


@given(plain_crons, instants)
@settings(max_examples=60)
def test_two_libraries_read_the_same(body: str, after: datetime):
    made = read_expression(f"cron({body})")
    assert AWSCronExpressionValidator.validate(body) == body
    assert made.faults == ()
    assert made.expression is not None

    theirs = [start for start in AwsCroniter(body).get_next(after, 3) if start is not None]  # it gives up early
    ours = list(islice(list_start_times(made.expression, timezone.utc, after), len(theirs)))

    assert ours == theirs


# why no library reads schedules here: each line is documented, or follows from the calendar
SATURDAY, LEAP = "0 3 ? * L *", "0 0 29 2 ? 2096-2199"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (SATURDAY, [datetime(2027, 1, 2, 3), datetime(2027, 1, 9, 3)]),
        (LEAP, [datetime(2096, 2, 29), datetime(2104, 2, 29)]),
    ],
)
def test_aws_croniter_misses_starts(body: str, expected: list[datetime]):
    after = datetime(2027, 1, 1, tzinfo=timezone.utc)
    expression = read_expression(f"cron({body})").expression
    assert expression is not None
    wanted = [start.replace(tzinfo=timezone.utc) for start in expected]

    assert list(islice(list_start_times(expression, timezone.utc, after), 2)) == wanted
    assert AwsCroniter(body).get_next(after, 2) != wanted


@pytest.mark.parametrize("body", ["0 3 31 2 ? *", "*-5 3 * * ? *", "0 3 * * ? 2030-2026"])
def test_aws_cron_expression_validator_takes_what_never_starts(body: str):
    assert AWSCronExpressionValidator.validate(body) == body
    assert read_expression(f"cron({body})").expression is None
