"""The Gantt chart of a run: a row for each execution and job run, over time.

The script of a page moves what this module draws, when its reader filters, folds or zooms: it reads the places of bars
and marks, and the classes `tick` and `grid`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sfnorch.durations import format_duration
from sfnorch.report.pictures.attempts import WAITING, describe_attempt, describe_attempts
from sfnorch.report.pictures.drawn_run import DrawnActivity, DrawnRun, Moment, Row, choose_rows, count_left_out
from sfnorch.report.pictures.elements import Element, add_element, create_element, shorten_text, write_svg
from sfnorch.report.pictures.files import read_file
from sfnorch.report.time_axis import format_tick, list_ticks
from sfnorch.report.tones import Tone, find_tone

WIDTH = 1100
ROW = 24
AXIS = 52
"""The height of the time axis."""
_LABELS, _STATUSES, _MARGIN = 270, 165, 16
LEFT, RIGHT = _LABELS + _MARGIN, WIDTH - _STATUSES
"""Where the time axis begins and ends."""
_DATE = 104
"""The width of the date at the beginning of the time axis."""
_NARROWEST = 2.5
_LETTER = 7.0
"""The width of a letter of a label."""

_MOST_ROWS = 150
_LONGEST_NOTE = 170
"""The number of characters for which there is room below the chart."""
_TITLE = 44

SIGNS = {Tone.GOOD: "✓", Tone.BAD: "✗", Tone.RUNNING: "▶", Tone.OTHER: "○"}
"""A sign for each tone, for readers who do not see its color."""


def render_chart(run: DrawnRun) -> str:
    """Return the chart as an SVG document, with a title and a description, in the colors of the reader's theme."""
    rows = run.list_rows()
    chosen = choose_rows(rows, _MOST_ROWS)
    notes = [*filter(None, (count_left_out(rows, chosen), *run.left_out)), *(run.notes if run.begin else ())]
    axis, body, height = build_chart(run, chosen)
    whole = _TITLE + height + 20 * len(notes) + 12
    picture = create_element(
        "svg",
        viewBox=f"0 0 {WIDTH} {whole}",
        width=WIDTH,
        height=whole,
        role="img",
        aria_labelledby="chart-title chart-description",
    )
    add_element(picture, "title", run.title, id="chart-title")
    add_element(picture, "desc", describe_chart(run, chosen), id="chart-description")
    add_element(picture, "style").text = "".join(map(read_file, ("colors.css", "svg.css", "chart.css")))
    add_element(picture, "rect", class_="page", width=WIDTH, height=whole, rx=8)
    add_element(picture, "text", shorten_text(run.title, 80), class_="heading", x=_MARGIN, y=30)
    figures = "   ".join(f"{name} {value}" for name, value in list(run.figures.items())[:1])
    add_element(picture, "text", shorten_text(figures, 60), class_="faint end", x=WIDTH - _MARGIN, y=30)
    for part in (axis, body):
        part.set("transform", f"translate(0 {_TITLE})")
        picture.append(part)
    for index, note in enumerate(notes):
        text = shorten_text(note, _LONGEST_NOTE)
        add_element(picture, "text", text, class_="faint", x=_MARGIN, y=_TITLE + height + 14 + 20 * index)
    return write_svg(picture)


def describe_chart(run: DrawnRun, rows: Sequence[Row]) -> str:
    """Return a description for readers who do not see the chart: each row in a sentence."""
    return " ".join(f"{describe_row(run, row)}." for row in rows)


def describe_row(run: DrawnRun, row: Row) -> str:
    """Return a row in words: what it is, its status, and its times."""
    activity = row.activity
    words = [activity.name, activity.kind, activity.shown_status or activity.status]
    if row.holder:
        words[1] += f" of {row.holder.name}"
    end = activity.find_end(run.end)
    words.append(f"{run.format_moment(activity.started)} to {run.format_moment(end)}")
    words.append(f"took {format_duration(end - activity.started)}")
    words += describe_attempts(activity, run.end)
    if activity.is_critical:
        words.append("on the critical path")
    return ", ".join(words)


def build_chart(run: DrawnRun, rows: Sequence[Row]) -> tuple[Element, Element, int]:
    """Return the time axis and the chart below it as groups of elements, and the height of both.

    Each row is a group with the class `row`, which can be moved as a whole.
    """
    height = AXIS + ROW * len(rows) + 8
    axis = create_element("g", class_="axis")
    chart = create_element("g", class_="chart")
    _add_axis(axis, chart, run, height)
    _add_marks(axis, run)
    if any(attempt.waiting for row in rows for attempt in row.activity.attempts):
        add_element(axis, "text", f"░ {WAITING}", class_="faint", x=_MARGIN + _DATE, y=18)
    ends = {}
    for index, row in enumerate(rows):
        _add_row(chart, run, row, index)
        ends[id(row.activity)] = index
    critical = [row.activity for row in rows if row.activity.is_critical]
    critical.sort(key=lambda activity: (activity.started, activity.find_end(run.end)))
    for before, after in pairwise(critical):
        x, from_y, to_y = _place(run, after.started), _find_y(ends[id(before)]), _find_y(ends[id(after)])
        start = _place(run, before.find_end(run.end))
        path = f"M{start:.1f} {from_y:.1f}H{x:.1f}V{to_y:.1f}"
        add_element(chart, "path", class_="critical-link", d=path)
    return axis, chart, height


def _find_y(index: int) -> float:
    return AXIS + ROW * index + ROW / 2


def _place(run: DrawnRun, at: float) -> float:
    """Return the horizontal place of a time."""
    return LEFT + (RIGHT - LEFT) * min(max(at / max(run.end, 1.0), 0.0), 1.0)


def _add_axis(axis: Element, chart: Element, run: DrawnRun, height: int) -> None:
    """Add the labels of the time axis, and a line across the chart for each."""
    if run.begin is not None:
        add_element(axis, "text", f"{run.begin:%Y-%m-%d} UTC", class_="faint", x=_MARGIN, y=18)
    for at in list_ticks(max(run.end, 1.0), 8, run.begin):
        x = _place(run, at)
        add_element(axis, "text", format_tick(at, run.begin), class_="tick faint middle", x=x, y=18)
        add_element(chart, "line", class_="grid", x1=x, x2=x, y1=AXIS, y2=height)


def _add_marks(axis: Element, run: DrawnRun) -> None:
    """Add the marks of alarms and notifications below the axis, and what the marks mean."""
    kinds = ((run.alarms, "alarm", "▲"), (run.notifications, "notification", "✉"))
    words = ["◆ critical path", *(f"{sign} {name}" for moments, name, sign in kinds if moments)]
    add_element(axis, "text", "   ".join(words), class_="faint", x=_MARGIN, y=41)
    for moments, name, sign in kinds:
        shift = 5 if moments is run.notifications else -5
        for moment in moments[:_MOST_ROWS]:
            mark = add_element(axis, "g", class_=f"mark {name} {moment.tone.value}")
            add_element(mark, "title", _describe_moment(run, moment, name))
            add_element(mark, "text", sign, class_="middle", x=_place(run, moment.at) + shift, y=41)


def _describe_moment(run: DrawnRun, moment: Moment, name: str) -> str:
    return f"{run.format_moment(moment.at)} {name}: {moment.title}"


def _add_row(chart: Element, run: DrawnRun, row: Row, index: int) -> None:
    activity = row.activity
    end = activity.find_end(run.end)
    kind = "execution" if activity.is_execution else "part"
    critical = " critical" if activity.is_critical else ""
    y = _find_y(index)
    group = add_element(chart, "g", class_=f"row {kind} {activity.tone.value}{critical}")
    add_element(group, "title", describe_row(run, row))
    add_element(group, "rect", class_="stripe", x=0, y=y - ROW / 2, width=WIDTH, height=ROW)
    indent = _MARGIN + 14 * min(row.depth, 6)
    room = int((LEFT - indent - 8) / _LETTER)
    mark = "◆ " if activity.is_critical else ""
    add_element(group, "text", mark + shorten_text(activity.name, room - len(mark)), class_="label", x=indent, y=y + 4)
    _add_bars(group, run, activity, y)
    took = format_duration(end - activity.started)
    add_element(group, "text", took, class_="took end", x=RIGHT + 58, y=y + 4)
    status = f"{SIGNS[activity.tone]} {activity.shown_status or activity.status}"
    add_element(group, "text", shorten_text(status, 13), class_="status", x=RIGHT + 66, y=y + 4)


def _add_bars(group: Element, run: DrawnRun, activity: DrawnActivity, y: float) -> None:
    """Add the bar of an activity: for several attempts a bar for each of them, with lines between them.

    The first element with the class `bar` has the whole time of the activity, to which the script of a page zooms.
    """
    started, end = activity.started, activity.find_end(run.end)
    if not activity.attempts:
        _add_bar(group, run, "", started, end, y, 8 if activity.is_execution else 14)
        return
    _add_bar(group, run, " whole", started, end, y, 2)
    before = started
    for attempt in activity.attempts:
        if attempt.started > before:
            _add_bar(group, run, " delay", before, attempt.started, y, 2)
        part = add_element(group, "g", class_=find_tone(attempt.status).value)
        add_element(part, "title", describe_attempt(run, attempt))
        ended = run.end if attempt.ended is None else attempt.ended
        running = min(attempt.started + (attempt.waiting or 0.0), ended)
        if attempt.waiting:
            _add_bar(part, run, " waiting", attempt.started, running, y, 14)
        _add_bar(part, run, "", running, ended, y, 14)
        before = ended


def _add_bar(group: Element, run: DrawnRun, kind: str, started: float, ended: float, y: float, size: float) -> None:
    left = _place(run, started)
    width = max(_place(run, ended) - left, _NARROWEST)
    left = min(left, RIGHT - width)
    add_element(
        group, "rect", class_=f"bar{kind}", x=left, y=y - size / 2, width=width, height=size, rx=min(size, 4) / 2
    )
