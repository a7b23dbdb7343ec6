"""Trees with bars over time: their columns at different widths, on a screen and in a file."""

from __future__ import annotations

import io
from datetime import datetime, timedelta, timezone

import pytest
from rich.tree import Tree

from sfnorch.console import Console, Text
from sfnorch.report.followed.tree_chart import ActivityRow, RowAttempt, TreeChart

BEGIN = datetime(2026, 3, 30, 1, tzinfo=timezone.utc)

NARROW = """\
master SUCCEEDED  25m
├── orders FAILED  10m
│   ├── extract-orders
│   │   SUCCEEDED  05m
│   │   jr_0123456789abcdef
│   ├── clean-orders FAILED
│   │   05m  attempt 2
│   │   jr_fedcba9876543210
│   │   ValueError: the input
│   │   is empty
│   └── load-orders
└── prices RUNNING  13m
    └── load STARTING
"""
SCREEN = """\
2026-03-30 UTC         01:00            01:10            01:20
master                 ███████████████████████████████████████████ 25m SUCCEEDED
├── orders             █████████████████┊                ┊         10m FAILED
│   ├── extract-orders █████████        ┊                ┊         05m SUCCEEDED
│   │     jr_0123456789abcdef
│   ├── clean-orders            ████████┊                ┊         05m FAILED
│   │     attempt 2  jr_fedcba9876543210  ValueError: the input is empty
│   └── load-orders
└── prices                              ┊   ██████████████████████ 13m RUNNING
    └── load                                                           STARTING
"""
WIDE = """\
2026-03-30 UTC         01:00               01:10               01:20
master                 ██████████████████████████████████████████████████ 25m SUCCEEDED
├── orders             ████████████████████┊                   ┊          10m FAILED
│   ├── extract-orders ██████████          ┊                   ┊          05m SUCCEEDED jr_0123456789abcdef
│   ├── clean-orders             ██████████┊                   ┊          05m FAILED    attempt 2  jr_fedcba9876543210  ValueError: the input is empty
│   └── load-orders
└── prices                                 ┊   ██████████████████████████ 13m RUNNING
    └── load                                                                  STARTING
"""
FILE = """\
2026-03-30 UTC         01:00       01:05       01:10       01:15       01:20
master                 ████████████████████████████████████████████████████████████ 25m SUCCEEDED
├── orders             ████████████████████████┊           ┊           ┊            10m FAILED
"""
LIVE = """\
2026-03-30 UTC         01:00        01:15
master                 ██████████████████████ 25m SUCCEEDED
├── orders             █████████    ┊         10m FAILED
│   ├── extract-orders ████         ┊         05m SUCCEEDED jr_0123456789abcdef
│   ├── clean-orders       █████    ┊         05m FAILED    attempt 2  jr_fedcb…
│   └── load-orders
└── prices                        ███████████ 13m RUNNING
    └── load                                      STARTING
"""


def after(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def make_chart(*, is_live: bool, end: float = 25.0) -> TreeChart:
    """Return a chart with a row of each kind."""
    chart = TreeChart(BEGIN, after(end), is_live=is_live)
    message = [Text("attempt 2"), Text("jr_fedcba9876543210"), Text("ValueError: the input is empty")]
    master = Tree(ActivityRow(chart, Text("master"), "SUCCEEDED", BEGIN, after(end)))
    orders = master.add(ActivityRow(chart, Text("orders"), "FAILED", BEGIN, after(10)))
    extracted = [Text("jr_0123456789abcdef")]
    orders.add(ActivityRow(chart, Text("extract-orders"), "SUCCEEDED", BEGIN, after(5), extracted))
    orders.add(ActivityRow(chart, Text("clean-orders"), "FAILED", after(5), after(10), message))
    orders.add(Text("load-orders"))
    prices = master.add(ActivityRow(chart, Text("prices"), "RUNNING", after(12), after(25)))
    prices.add(ActivityRow(chart, Text("load"), "STARTING", None, after(25)))
    chart.trees = [master]
    return chart


def render(chart: TreeChart, width: int, *, is_terminal: bool = True) -> str:
    """Return the lines that are printed."""
    file = io.StringIO()
    Console(file=file, width=width, force_terminal=is_terminal, color_system=None).print(chart)
    assert max(map(len, file.getvalue().splitlines())) <= width
    return "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines())


@pytest.mark.parametrize(
    ("width", "is_live", "shown"), [(30, False, NARROW), (80, False, SCREEN), (150, False, WIDE), (80, True, LIVE)]
)
def test_the_columns_have_the_width_there_is(width: int, is_live: bool, shown: str):
    assert render(make_chart(is_live=is_live), width) == shown


def test_bars_in_a_file_have_a_maximum_width():
    shown = render(make_chart(is_live=False), 400, is_terminal=False)
    assert shown.startswith(FILE)
    assert "FAILED    attempt 2  jr_fedcba9876543210  ValueError: the input is empty\n" in shown


@pytest.mark.parametrize("width", range(20, 140, 3))
def test_each_row_of_a_screen_is_one_line(width: int):
    rows = render(make_chart(is_live=True), width).splitlines()
    assert len(rows) == (8 if "█" in "".join(rows) else 7)


def test_a_run_without_time_has_no_axis():
    assert render(make_chart(is_live=False, end=0.0), 80).splitlines()[0] == "master SUCCEEDED  00s"


ATTEMPTS = """\
2026-03-30 UTC 01:00           01:10            01:20
load           ███████─────────░░░░░░░░░███████████      22m SUCCEEDED attempt 2
"""


def test_a_bar_has_a_part_for_each_attempt_and_for_its_waiting():
    chart = TreeChart(BEGIN, after(25), is_live=False)
    attempts = [
        RowAttempt(status="FAILED", started=BEGIN, ended=after(4)),
        RowAttempt(status="SUCCEEDED", started=after(10), ended=after(22), waiting=300.0),
    ]
    row = ActivityRow(chart, Text("load"), "SUCCEEDED", BEGIN, after(22), [Text("attempt 2")], attempts)
    chart.trees = [Tree(row)]
    assert render(chart, 80) == ATTEMPTS
    colored = io.StringIO()
    Console(file=colored, width=80, force_terminal=True, color_system="standard", legacy_windows=False).print(chart)
    assert "\x1b[1;31m███████\x1b[0m" in colored.getvalue()
