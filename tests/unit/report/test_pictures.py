"""Runs as charts and pages: all texts escaped, valid XML, ticks, what is left out, and the states that were reached."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import datetime, timezone
from html.parser import HTMLParser

import pytest

from sfnorch import Behaviour, Fault, SimulateRequest, simulate
from sfnorch.printable import make_printable
from sfnorch.report.pictures.chart import render_chart
from sfnorch.report.pictures.drawn_run import choose_rows, count_left_out
from sfnorch.report.pictures.page import render_page
from sfnorch.report.pictures.simulated import draw_simulation
from sfnorch.report.pictures.state_layout import StateColumn, place_states
from sfnorch.report.pictures.values import describe_left_out, format_value
from sfnorch.report.time_axis import format_tick, list_ticks
from tests.browser.runs import EVIL, failing_run, hostile_run, large_run
from tests.report_pages import read_details

SVG = "{http://www.w3.org/2000/svg}"


class _Reader(HTMLParser):
    """The elements, attributes and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_a_chart_is_xml_with_a_row_for_each_activity():
    picture = ET.fromstring(render_chart(failing_run()))  # noqa: S314 - made here
    assert picture.tag == f"{SVG}svg"
    rows = [group for group in picture.iter(f"{SVG}g") if group.get("class", "").startswith("row ")]
    assert len(rows) == 26
    failed = [row for row in rows if " bad" in row.get("class", "")]
    assert [row.findtext(f"{SVG}text[@class='label']") for row in failed] == ["child-3", "glue-job-3-b"]
    assert failed[1].findtext(f"{SVG}title") == ("glue-job-3-b, job run of child-3, FAILED, T+05m to T+10m, took 05m")
    critical = [row.findtext(f"{SVG}text[@class='label']") for row in rows if row.get("class", "").endswith("critical")]
    assert critical == [f"◆ glue-job-2-{letter}" for letter in "abcde"]
    titles = [
        mark.findtext(f"{SVG}title") or "" for mark in picture.iter(f"{SVG}g") if "alarm" in mark.get("class", "")
    ]
    assert "T+10m alarm: stack-child-3-failed: INSUFFICIENT_DATA → ALARM" in titles


def test_bars_are_where_their_times_are():
    picture = ET.fromstring(render_chart(failing_run()))  # noqa: S314
    bars = [bar for bar in picture.iter(f"{SVG}rect") if bar.get("class") == "bar"]
    whole = float(bars[0].get("width", ""))
    first = next(bar for bar in bars if bar.get("height") == "14")
    assert float(first.get("x", "")) == float(bars[0].get("x", ""))
    assert float(first.get("width", "")) == pytest.approx(whole * 5 / 75, abs=0.1)


@pytest.mark.parametrize("run", [hostile_run(), failing_run(), large_run(3)], ids=["hostile", "failing", "large"])
def test_a_page_has_no_element_and_no_address_of_its_texts(run):
    text = render_page(run.title, [run])
    page = _Reader(text)
    assert page.tags.count("script") == 1
    assert page.tags.count("style") == 1
    assert not set(page.tags) & {"img", "iframe", "object", "embed", "link", "base", "form"} - {"form"}
    names = {name for name, _ in page.attributes}
    assert not {name for name in names if name.startswith("on")} | ({"src", "style"} & names)
    assert re.findall(r"https?://(?!www\.w3\.org)[^\s\"'<)]+", text.split("<body>")[0]) == []
    text.encode()


def test_hostile_texts_are_shown_as_they_are():
    run = hostile_run()
    shown = "".join(_Reader(render_page(run.title, [run])).texts)
    assert EVIL[9:60] in shown
    assert r"\u001b[31m\u202e" in shown
    picture = render_chart(run)
    ET.fromstring(picture)  # noqa: S314
    assert "<script" not in picture
    assert r"\u202e" in picture


def test_the_details_of_hostile_rows_are_only_texts():
    details = read_details(render_page("t", [hostile_run()]))
    shown = make_printable(EVIL)
    assert details[1] == {
        "name": shown,
        "kind": shown,
        "facts": [
            ("Status", "FAILED"),
            ("Part of", shown),
            ("Time", "T+01s to T+02s"),
            ("Error", shown),
            ("Message", shown),
            (shown, shown),
        ],
        "links": [],
        "visits": [],
    }
    state = details[2]
    assert (state["name"], state["visits"][0]["title"]) == (shown, shown)
    assert state["visits"][0]["facts"] == [(shown, shown)]


def test_the_policy_has_the_digests_of_the_script_and_the_stylesheet():
    text = render_page("t", [failing_run()])
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    assert policy[1].startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy[1]


def test_a_large_run_keeps_its_failures_and_says_what_is_left_out():
    run = large_run(10_000)
    rows = run.list_rows()
    chosen = choose_rows(rows, 3_000)
    assert len(chosen) == 3_000
    assert sum(row.activity.status == "FAILED" for row in chosen) == 200
    assert count_left_out(rows, chosen) == (
        "The chart shows 3,000 of 20,000 executions and job runs: failures and the critical path first. "
        "0 of the 17,000 others failed."
    )
    text = render_page(run.title, [run])
    assert "The chart shows 3,000 of 20,000" in text
    assert len(text) < 6_000_000
    assert "The chart shows 150 of 20,000" in render_chart(run)


def test_long_details_are_cut_off():
    text = render_page("t", [large_run(1_000, "x" * 5_000)])
    assert len(text) < 4_000_000
    assert "cut off: the report is too long" in text
    assert format_value({"a": "x" * 10_000}).endswith("… cut off after 4,000 characters")
    assert format_value([1, {"ä": None}]) == '[\n  1,\n  {\n    "ä": null\n  }\n]'


@pytest.mark.parametrize(
    ("end", "ticks"),
    [
        (1.0, ["T+00s", "T+01s"]),
        (1_500.0, ["T+00s", "T+05m", "T+10m", "T+15m", "T+20m", "T+25m"]),
        (7_500.0, ["T+00s", "T+30m", "T+1h", "T+1h30m", "T+2h"]),
        (86_400.0 * 400, ["T+00s", "T+1344h", "T+2688h", "T+4032h", "T+5376h", "T+6720h", "T+8064h", "T+9408h"]),
    ],
)
def test_ticks_are_round_times(end: float, ticks: list[str]):
    assert [format_tick(at, None) for at in list_ticks(end, 8)] == ticks


def test_the_graph_shows_which_states_were_reached():
    run = failing_run()
    master = run.machines[0]
    assert (master.title, master.entered["RunChild3"], master.entered.get("NotifyPlainly", 0)) == ("master", 1, 0)
    assert master.caught == {"RunChild3": 1}
    text = render_page("t", [run])
    assert "RunChild3: entered once, error caught." in text
    assert "NotifyPlainly: not reached." in text


def _list_boxes(column: StateColumn) -> list[tuple[float, float, float, float]]:
    return [(box.x, box.y, box.x + box.width, box.y + box.height) for box in column.boxes]


@pytest.mark.parametrize("pattern", ["master-child", "dag", "fan-out", "continuous", "retry-catch", "parallel-map"])
def test_no_states_overlap_and_no_line_leaves_the_picture(pattern: str):
    from pathlib import Path

    from sfnorch.template.contents import evaluate_template
    from sfnorch.template.reader import read_template

    template = evaluate_template(read_template(Path("templates", pattern, "SAM-template.yaml")))
    for machine in template.machines:
        assert machine.states
        waiting = [place_states(machine.states)]
        whole = waiting[0]
        for column in waiting:
            boxes = _list_boxes(column)
            for index, (left, top, right, bottom) in enumerate(boxes):
                assert left >= 0
                assert right <= whole.width
                assert bottom <= whole.height
                for other in boxes[index + 1 :]:
                    assert other[0] >= right or other[2] <= left or other[1] >= bottom or other[3] <= top
            for line in column.lines:
                assert all(0 <= x <= whole.width and 0 <= y <= whole.height for x, y in line.points)
            waiting += [inner for box in column.boxes for inner in box.columns]


def test_a_simulation_that_was_cut_off_is_still_running():
    simulation = simulate(SimulateRequest(until=400.0, behaviour=Behaviour(faults=[Fault("glue-job-1-a", 1)])))
    run = draw_simulation(simulation)
    assert run.status == "RUNNING"
    assert run.end == 400.0
    assert "The simulation ended after 06m40s; see --until." in run.notes
    assert "▶ RUNNING" in render_chart(run)


def test_a_report_says_how_much_of_a_timeline_it_shows():
    assert describe_left_out(2_000, "lines of the timeline") == []
    assert describe_left_out(100_000, "lines of the timeline") == [
        "The report shows the first 2,000 of 100,000 lines of the timeline; --output json has all of them."
    ]


def test_ticks_of_a_run_on_aws_are_round_times_of_the_day():
    begin = datetime(2026, 3, 29, 23, 48, 13, 250_000, tzinfo=timezone.utc)
    ticks = list_ticks(1_500.0, 8, begin)
    assert [format_tick(at, begin) for at in ticks] == ["23:50", "23:55", "00:00", "00:05", "00:10"]
    assert ticks[0] == pytest.approx(106.75)
    assert list_ticks(0.3, 8, begin) == []
