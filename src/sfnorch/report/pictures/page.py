"""The report of runs as one HTML page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sfnorch.report.pictures.chart import AXIS, LEFT, RIGHT, ROW, WIDTH, build_chart
from sfnorch.report.pictures.details import Details
from sfnorch.report.pictures.drawn_run import DrawnRun, Row, choose_rows, count_left_out
from sfnorch.report.pictures.elements import Element, add_element
from sfnorch.report.pictures.page_frame import PageFrame, add_choice
from sfnorch.report.pictures.sections import (
    add_contents,
    add_facts,
    add_failures,
    add_heading,
    add_moments,
    add_states,
    list_state_links,
)

_MOST_ROWS = 3_000
"""The maximum number of rows of all charts in a page."""

_STATUSES = (
    ("", "all"),
    ("bad", "failed"),
    ("running", "running"),
    ("good", "succeeded"),
    ("other", "others"),
    ("critical", "critical path"),
)
_ORDERS = (("", "start"), ("name", "name"), ("duration", "duration"), ("status", "status"))
_HINT = "Point at a row or a state, or move with the arrow keys. Enter keeps the details, Escape lets them go."


def render_page(title: str, runs: Sequence[DrawnRun], figures: Mapping[str, str] | None = None) -> str:
    """Return the page with a section for each run; several follow the figures of all, and a list of them."""
    frame = PageFrame(title, styles=["chart.css", "run.css"], scripts=["page.js"])
    _add_controls(frame.toolbar)
    columns = add_element(frame.body, "div", class_="columns")
    main = add_element(columns, "main")
    if len(runs) != 1:
        add_facts(main, figures or {})
        add_contents(main, runs)
    details = Details()
    for number, run in enumerate(runs, 1):
        _add_run(main, run, number, _MOST_ROWS // len(runs), details, is_alone=len(runs) == 1)
    details.add_to(main)
    panel = add_element(columns, "aside", id="panel", aria_label="Details", tabindex="0")
    add_element(panel, "p", _HINT)
    return frame.write()


def _add_controls(toolbar: Element) -> None:
    toolbar.set("role", "search")
    label = add_element(toolbar, "label", "Filter")
    add_element(label, "input", type="search", id="filter", placeholder="name, status or message")
    add_choice(toolbar, "Status", "status", _STATUSES)
    add_choice(toolbar, "Order", "order", _ORDERS)
    add_element(toolbar, "output", id="count", aria_live="polite")
    add_element(toolbar, "button", "Whole time", type="button", id="whole", hidden="hidden")


def _add_run(main: Element, run: DrawnRun, number: int, most_rows: int, details: Details, *, is_alone: bool) -> None:
    section = add_element(main, "section", class_="run", id=f"run-{number}", aria_label=run.title)
    rows = run.list_rows()
    chosen = choose_rows(rows, most_rows)
    add_heading(section, run, is_alone=is_alone)
    for note in filter(None, (count_left_out(rows, chosen), *run.left_out)):
        add_element(section, "p", note, class_="note")
    add_facts(section, run.figures)
    add_failures(section, run, {id(row.activity): f"row-{number}-{index}" for index, row in enumerate(chosen)})
    if chosen:
        _add_chart(section, run, chosen, number, details)
    add_states(section, run, number, details, is_open=is_alone)
    add_moments(section, run, run.notifications, "Notifications", is_open=True)
    add_moments(section, run, run.alarms, "Alarms", is_open=True)
    add_moments(section, run, run.outputs, "Statements and objects", is_open=False)
    add_moments(section, run, run.timeline, "Timeline", is_open=False)
    if run.notes:
        add_element(section, "h3", "Notes")
        notes = add_element(section, "ul")
        for note in run.notes:
            add_element(notes, "li", note)


def _add_chart(section: Element, run: DrawnRun, rows: Sequence[Row], number: int, details: Details) -> None:
    add_element(section, "h3", "Executions and job runs", id=f"chart-{number}")
    axis, chart, height = build_chart(run, rows)
    frame = add_element(section, "div", class_="frame chart-frame")
    head = add_element(frame, "svg", viewBox=f"0 0 {WIDTH} {AXIS}", class_="time-axis", aria_hidden="true")
    head.append(axis)
    svg = add_element(
        frame,
        "svg",
        viewBox=f"0 {AXIS} {WIDTH} {height - AXIS}",
        class_="gantt",
        role="group",
        aria_labelledby=f"chart-{number}",
        data_row=ROW,
        data_left=LEFT,
        data_right=RIGHT,
        data_seconds=max(run.end, 1.0),
        data_begin="" if run.begin is None else run.begin.isoformat(),
    )
    links = list_state_links(run, number)
    groups = [group for group in chart if group.get("class", "").startswith("row ")]
    for index, (group, row) in enumerate(zip(groups, rows, strict=True)):
        group.set("id", f"row-{number}-{index}")
        group.set("data-depth", str(row.depth))
        group.set("data-took", f"{row.activity.find_end(run.end) - row.activity.started:g}")
        details.add_activity(group, run, row, links.get(row.activity.machine))
    svg.append(chart)
