"""The report of runs as one HTML page: it contains its stylesheet and its script, and loads nothing.

Its policy permits only this script, whatever the texts in the page contain:
https://www.w3.org/TR/CSP3/#csp-in-html
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence

from sfnorch.report.pictures.chart import AXIS, LEFT, RIGHT, ROW, WIDTH, build_chart
from sfnorch.report.pictures.details import Details
from sfnorch.report.pictures.drawn_run import DrawnRun, Row, choose_rows, count_left_out
from sfnorch.report.pictures.elements import Element, add_element, create_element, write_html
from sfnorch.report.pictures.files import read_file
from sfnorch.report.pictures.sections import add_contents, add_facts, add_failures, add_heading, add_moments, add_states

_MOST_ROWS = 3_000
"""The maximum number of rows of all charts in a page."""


def render_page(title: str, runs: Sequence[DrawnRun], figures: Mapping[str, str] | None = None) -> str:
    """Return the page with a section for each run; several follow the figures of all, and a list of them."""
    style = read_file("colors.css") + read_file("chart.css") + read_file("page.css")
    script = read_file("page.js")
    html = create_element("html", lang="en")
    head = add_element(html, "head")
    add_element(head, "meta", charset="utf-8")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )
    add_element(head, "meta", http_equiv="Content-Security-Policy", content=policy)
    add_element(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    add_element(head, "meta", name="referrer", content="no-referrer")
    add_element(head, "title", title)
    add_element(head, "style").text = style
    body = add_element(html, "body")
    _add_toolbar(body, title)
    columns = add_element(body, "div", class_="columns")
    main = add_element(columns, "main")
    if len(runs) != 1:
        add_facts(main, figures or {})
        add_contents(main, runs)
    details = Details()
    for number, run in enumerate(runs, 1):
        _add_run(main, run, number, _MOST_ROWS // len(runs), details, is_alone=len(runs) == 1)
    _add_details_panel(columns)
    add_element(body, "script", id="details", type="application/json").text = details.write()
    add_element(body, "script").text = script
    return write_html(html)


def _hash(text: str) -> str:
    """Return the source expression of a script or a stylesheet: https://www.w3.org/TR/CSP3/#grammardef-hash-source."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _add_toolbar(body: Element, title: str) -> None:
    header = add_element(body, "header")
    add_element(header, "h1", title)
    bar = add_element(header, "form", class_="toolbar", role="search", id="toolbar")
    label = add_element(bar, "label", "Filter")
    add_element(label, "input", type="search", id="filter", placeholder="name, status or message")
    label = add_element(bar, "label", "Status")
    choice = add_element(label, "select", id="status")
    for value, shown in (
        ("", "all"),
        ("bad", "failed"),
        ("running", "running"),
        ("good", "succeeded"),
        ("other", "others"),
        ("critical", "critical path"),
    ):
        add_element(choice, "option", shown, value=value)
    add_element(bar, "output", id="count", aria_live="polite")
    add_element(bar, "button", "Whole time", type="button", id="whole", hidden="hidden")
    add_element(bar, "button", "Dark", type="button", id="theme")


def _add_details_panel(columns: Element) -> None:
    panel = add_element(columns, "aside", id="panel", aria_label="Details", aria_live="polite")
    add_element(
        panel,
        "p",
        "Point at a row or a state, or move with the arrow keys. Enter keeps the details, Escape lets them go.",
    )


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
    groups = [group for group in chart if group.get("class", "").startswith("row ")]
    for index, (group, row) in enumerate(zip(groups, rows, strict=True)):
        group.set("role", "button")
        group.set("tabindex", "-1" if index else "0")
        group.set("id", f"row-{number}-{index}")
        group.set("data-depth", str(row.depth))
        if row.activity.parts:
            group.set("aria-expanded", "true")
        details.add_activity(group, run, row)
    svg.append(chart)
