"""Runs as charts and pages: all texts escaped, valid XML, ticks, what is left out, and the states that were reached."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import datetime, timezone
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sfnorch import Behaviour, Fault, SimulateRequest, simulate
from sfnorch.printable import make_printable
from sfnorch.report.pictures.attempts import list_attempt_facts, select_attempts
from sfnorch.report.pictures.chart import render_chart
from sfnorch.report.pictures.drawn_run import DrawnActivity, DrawnAttempt, DrawnRun, choose_rows, count_left_out
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


RETRIED = """
pattern: master-child
name: etl
children: [{name: orders, jobs: [{name: extract, retries: 2}, clean]}, {name: sales, jobs: [load]}]
"""


def _draw_retried(tmp_path: Path, behaviour: Behaviour) -> DrawnRun:
    (tmp_path / "sfnorch.yaml").write_text(RETRIED)
    return draw_simulation(simulate(SimulateRequest(plan=tmp_path / "sfnorch.yaml", behaviour=behaviour)))


def _find_row(run: DrawnRun, name: str) -> ET.Element:
    picture = ET.fromstring(render_chart(run))  # noqa: S314
    rows = (group for group in picture.iter(f"{SVG}g") if group.get("class", "").startswith("row "))
    return next(row for row in rows if (row.findtext(f"{SVG}text[@class='label']") or "").endswith(name))


def test_a_row_has_a_bar_for_each_attempt(tmp_path: Path):
    run = _draw_retried(tmp_path, Behaviour(faults=[Fault("extract", 2)], throttles={"load": 2}))
    assert [row.activity.name for row in run.list_rows()] == ["master", "orders", "extract", "clean", "sales", "load"]
    assert run.failures == []
    row = _find_row(run, "extract")
    assert row.get("class") == "row part good critical"
    attempts = [(part.get("class"), part.findtext(f"{SVG}title")) for part in row.findall(f"{SVG}g")]
    assert attempts == [
        ("bad", "attempt 1 FAILED, T+00s to T+05m, took 05m: simulated failure (--fail)"),
        ("bad", "attempt 2 FAILED, T+05m27s to T+10m27s, took 05m: simulated failure (--fail)"),
        ("good", "attempt 3 SUCCEEDED, T+11m11s to T+16m11s, took 05m"),
    ]
    assert row.findtext(f"{SVG}title") == (
        "extract, job run of orders, SUCCEEDED, T+00s to T+16m11s, took 16m11s, "
        "3 attempts, attempt 1 FAILED after 05m, attempt 2 started 27s later, "
        "attempt 2 FAILED after 05m, attempt 3 started 44s later, on the critical path"
    )
    bars = [bar for bar in row.iter(f"{SVG}rect") if bar.get("class") != "stripe"]
    assert [bar.get("class") for bar in bars] == ["bar whole", "bar", "bar delay", "bar", "bar delay", "bar"]
    begins = [float(bar.get("x", "")) for bar in bars]
    ends = [float(bar.get("x", "")) + float(bar.get("width", "")) for bar in bars]
    assert (begins[0], ends[0]) == (begins[1], pytest.approx(ends[5], abs=0.2))
    assert ends[1:5] == pytest.approx(begins[2:], abs=0.2)
    facts = dict(next(row.activity.facts for row in run.list_rows() if row.activity.name == "extract"))
    assert facts["Attempts"] == "3"
    assert re.sub("jr_[0-9a-f]{64}", "jr_ID", facts["Earlier attempts"]) == (
        "attempt 1: jr_ID FAILED simulated failure (--fail)\nattempt 2: jr_ID FAILED simulated failure (--fail)"
    )


def test_a_start_that_was_rejected_is_an_attempt(tmp_path: Path):
    run = _draw_retried(tmp_path, Behaviour(throttles={"load": 2}))
    attempts = [part.findtext(f"{SVG}title") for part in _find_row(run, "load").findall(f"{SVG}g")]
    assert attempts == [
        (
            "attempt 1 FAILED, T+00s to T+00s, took 00s: Glue.AWSGlueException: Rate exceeded (Service: AWSGlue; Status "
            "Code: 400; Error Code: ThrottlingException)"
        ),
        (
            "attempt 2 FAILED, T+09s to T+09s, took 00s: Glue.AWSGlueException: Rate exceeded (Service: AWSGlue; Status "
            "Code: 400; Error Code: ThrottlingException)"
        ),
        "attempt 3 SUCCEEDED, T+19s to T+05m19s, took 05m",
    ]


def test_a_job_that_failed_after_all_attempts_is_one_failure(tmp_path: Path):
    run = _draw_retried(tmp_path, Behaviour(faults=[Fault("extract")]))
    (failure,) = run.failures
    assert (failure.where, failure.what) == ("orders", "extract FAILED")
    assert failure.activity is next(row.activity for row in run.list_rows() if row.activity.name == "extract")
    assert [attempt.number for attempt in failure.activity.attempts] == [1, 2, 3]


def _draw_waiting(*attempts: DrawnAttempt) -> DrawnRun:
    job = DrawnActivity(
        kind="job run",
        name="load",
        status=attempts[-1].status,
        started=attempts[0].started,
        ended=attempts[-1].ended,
        attempts=select_attempts(attempts),
        facts=list(list_attempt_facts(attempts).items()),
    )
    return DrawnRun(title="t", status="SUCCEEDED", activities=[job], end=100.0)


def test_the_time_before_a_run_is_a_part_of_its_bar():
    run = _draw_waiting(DrawnAttempt(number=1, status="SUCCEEDED", started=0.0, ended=100.0, waiting=40.0))
    row = _find_row(run, "load")
    whole, waiting, running = [bar for bar in row.iter(f"{SVG}rect") if bar.get("class") != "stripe"]
    assert (whole.get("class"), waiting.get("class"), running.get("class")) == ("bar whole", "bar waiting", "bar")
    assert float(waiting.get("width", "")) == pytest.approx(float(whole.get("width", "")) * 0.4, abs=0.1)
    assert float(running.get("x", "")) == pytest.approx(
        float(waiting.get("x", "")) + float(waiting.get("width", "")), abs=0.1
    )
    assert row.findtext(f"{SVG}title") == (
        "load, job run, SUCCEEDED, T+00s to T+01m40s, took 01m40s, waiting and start-up 40s"
    )
    assert ("Waiting and start-up", "40s") in run.activities[0].facts
    assert "░ waiting and start-up" in render_chart(run)


def test_a_run_that_is_not_known_to_have_waited_is_a_plain_bar():
    for waiting in (None, 0.0):
        run = _draw_waiting(DrawnAttempt(number=1, status="FAILED", started=0.0, ended=100.0, waiting=waiting))
        assert [bar.get("class") for bar in _find_row(run, "load").iter(f"{SVG}rect")] == ["stripe", "bar"]
        assert "waiting" not in render_chart(run).split("</style>")[1]


def test_only_the_last_of_many_attempts_are_drawn():
    attempts = [
        DrawnAttempt(number=number, status="FAILED", started=float(number), ended=number + 0.5, message="<b>")
        for number in range(1, 101)
    ]
    run = _draw_waiting(*attempts)
    row = _find_row(run, "load")
    assert len(row.findall(f"{SVG}g")) == 20
    assert row.findtext(f"{SVG}title") == (
        "load, job run, FAILED, T+01s to T+01m40s, took 01m40s, 100 attempts, "
        "attempt 97 FAILED after 00s, attempt 98 started 00s later, "
        "attempt 98 FAILED after 00s, attempt 99 started 00s later, "
        "attempt 99 FAILED after 00s, attempt 100 started 00s later"
    )
    facts = dict(run.activities[0].facts)
    assert facts["Earlier attempts"].splitlines()[:2] == ["… and 79 before them", "attempt 80: FAILED <b>"]
    assert "<b>" not in render_page("t", [run])


def test_a_time_of_a_run_on_aws_is_in_utc():
    begin = datetime(2026, 3, 29, 23, 48, 13, tzinfo=timezone.utc)
    run = DrawnRun(title="t", status="RUNNING", activities=[], begin=begin, end=3_600.0)
    assert run.format_moment(900.0) == "00:03:13"
    run.end = 86_400.0
    assert run.format_moment(900.0) == "2026-03-30 00:03:13"
