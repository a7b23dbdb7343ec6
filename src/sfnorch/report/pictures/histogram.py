"""The histogram of a forecast: how many simulated runs end in each interval, with the percentiles and the deadline."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sfnorch.distributions import Bin, build_histogram
from sfnorch.durations import format_duration
from sfnorch.report.forecast import count_runs, describe_deadline, format_share
from sfnorch.report.pictures.elements import Element, add_element, create_element, shorten_text, write_svg
from sfnorch.report.pictures.files import read_file
from sfnorch.report.time_axis import format_tick, list_ticks

if TYPE_CHECKING:
    from sfnorch.app.forecasts.results import Forecast

_WIDTH, _LEFT, _RIGHT = 1100, 64, 1076
_PLOT = 260
_BELOW = 34
_LABEL_ROW = 18
_LETTER = 6.8
_WIDEST_BAR = 120
_ROOM_FOR_COUNT = 22
_HEADING = 44
_MOST_LINES = 5
_FARTHEST = 0.6
"""How much longer the time axis becomes at most to show the deadline, as a share of its length."""


class _Mark(NamedTuple):
    """A time with a label above the bars."""

    at: float
    label: str
    kind: str


def render_histogram(forecast: Forecast) -> str:
    """Return the histogram as an SVG document, with a title and a description, in the colors of the reader's theme."""
    body, height = build_histogram_picture(forecast)
    whole = _HEADING + height + 8
    title = name_forecast(forecast)
    picture = create_element("svg", viewBox=f"0 0 {_WIDTH} {whole}", width=_WIDTH, height=whole, **_NAMES)
    _add_names(picture, forecast)
    add_element(picture, "style").text = "".join(map(read_file, ("colors.css", "svg.css", "histogram.css")))
    add_element(picture, "rect", class_="page", width=_WIDTH, height=whole, rx=8)
    add_element(picture, "text", shorten_text(title, 80), class_="heading", x=16, y=30)
    runs = f"{count_runs(forecast)}, seed {forecast.seed}"
    add_element(picture, "text", runs, class_="faint end", x=_WIDTH - 16, y=30)
    body.set("transform", f"translate(0 {_HEADING})")
    picture.append(body)
    return write_svg(picture)


def add_histogram(parent: Element, forecast: Forecast) -> None:
    """Add the histogram to a page."""
    body, height = build_histogram_picture(forecast)
    picture = add_element(parent, "svg", viewBox=f"0 0 {_WIDTH} {height}", class_="histogram", **_NAMES)
    _add_names(picture, forecast)
    picture.append(body)


_NAMES = {"role": "img", "aria_labelledby": "histogram-title", "aria_describedby": "histogram-description"}


def _add_names(picture: Element, forecast: Forecast) -> None:
    add_element(picture, "title", name_forecast(forecast), id="histogram-title")
    add_element(picture, "desc", " ".join(_describe(forecast)), id="histogram-description")


def name_forecast(forecast: Forecast) -> str:
    """Return the title of a forecast."""
    return f"Forecast: end of {forecast.main.name}"


def describe_bin(each: Bin, forecast: Forecast) -> str:
    """Return an interval with its runs, and how many of them end after the deadline."""
    late = count_late(each, forecast)
    share = format_share(each.cases / forecast.runs)
    runs = "1 run" if each.cases == 1 else f"{each.cases:,} runs"
    words = f"{format_duration(each.start)} to {format_duration(each.end)}: {runs}, {share}"
    return f"{words}, {late:,} after the deadline" if late else words


def count_late(each: Bin, forecast: Forecast) -> int:
    """Return how many runs of an interval end after the deadline."""
    if forecast.deadline is None:
        return 0
    first = bisect_right(forecast.seconds, forecast.deadline.seconds)
    return min(max(bisect_left(forecast.seconds, each.end) - first, 0), each.cases)


def _describe(forecast: Forecast) -> Iterator[str]:
    yield f"{count_runs(forecast)}."
    yield from (f"{mark.label}." for mark in _list_marks(forecast) if mark.kind == "percentile")
    if forecast.deadline:
        yield f"Deadline: {describe_deadline(forecast.deadline)}."
    yield from (f"{describe_bin(each, forecast)}." for each in build_histogram(forecast.seconds) if each.cases)


def build_histogram_picture(forecast: Forecast) -> tuple[Element, float]:
    """Return the histogram as a group of elements, and its height."""
    bins = build_histogram(forecast.seconds)
    scale = _choose_scale(bins, forecast)
    group = create_element("g", class_="histogram-body")
    top = _add_legend(group, scale, forecast)
    rows = _place_labels([mark for mark in _list_marks(forecast) if scale.contains(mark.at)], scale)
    top += _LABEL_ROW * (max(rows.values(), default=-1) + 1) + 8
    _add_axes(group, scale, bins, top)
    _add_bars(group, scale, bins, forecast, top)
    for mark, row in rows.items():
        _add_mark(group, scale, mark, top, row)
    return group, top + _PLOT + _BELOW


class _Scale(NamedTuple):
    """The times between which the histogram shows runs, in seconds after the start."""

    first: float
    last: float

    def place(self, at: float) -> float:
        """Return the horizontal place of a time."""
        return _LEFT + (_RIGHT - _LEFT) * (at - self.first) / (self.last - self.first)

    def contains(self, at: float) -> bool:
        """Return whether the histogram shows the time."""
        return self.first <= at <= self.last


def _choose_scale(bins: Sequence[Bin], forecast: Forecast) -> _Scale:
    """Return the times of the intervals, with the deadline unless it is far from them."""
    first, last = bins[0].start, bins[-1].end
    span = last - first
    if forecast.deadline is None or not -_FARTHEST < (forecast.deadline.seconds - first) / span < 1 + _FARTHEST:
        return _Scale(first, last)
    deadline = forecast.deadline.seconds
    return _Scale(max(0.0, min(first, deadline - span * 0.03)), max(last, deadline + span * 0.03))


def _list_marks(forecast: Forecast) -> list[_Mark]:
    end = forecast.main.end
    marks = [
        _Mark(at, f"{name} {format_duration(at)}", "percentile")
        for name, at in (("P50", end.p50), ("P90", end.p90), ("P99", end.p99))
    ]
    if deadline := forecast.deadline:
        when = "" if deadline.at is None else f"{deadline.at:%H:%M %Z}, "
        marks.append(_Mark(deadline.seconds, f"deadline {when}{format_duration(deadline.seconds)}", "deadline"))
    return marks


def _place_labels(marks: Sequence[_Mark], scale: _Scale) -> dict[_Mark, int]:
    """Return the row of the label of each mark, counted from the bars upwards: labels must not cover each other."""
    rows: dict[_Mark, int] = {}
    ends: list[float] = []
    for mark in sorted(marks, key=lambda each: -each.at):
        x, width = scale.place(mark.at), len(mark.label) * _LETTER
        left = x - width - 4 if x + width > _RIGHT else x + 4
        row = next((row for row, end in enumerate(ends) if left + width < end), len(ends))
        if row == len(ends):
            ends.append(0.0)
        ends[row] = min(left, x) - 8
        rows[mark] = row
    return rows


def _add_mark(group: Element, scale: _Scale, mark: _Mark, top: float, row: int) -> None:
    x = scale.place(mark.at)
    is_left = x + len(mark.label) * _LETTER > _RIGHT
    part = add_element(group, "g", class_=f"time-mark {mark.kind}")
    y = top - 6 - _LABEL_ROW * row
    add_element(part, "line", x1=x, x2=x, y1=y - 12, y2=top + _PLOT)
    add_element(part, "text", mark.label, class_="end" if is_left else "begin", x=x - 5 if is_left else x + 5, y=y)


def _add_axes(group: Element, scale: _Scale, bins: Sequence[Bin], top: float) -> None:
    most = max(each.cases for each in bins)
    step = _find_step(most)
    add_element(group, "text", "runs", class_="faint end", x=_LEFT - 8, y=top + 8)
    for count in range(0, most + 1, step):
        y = top + _PLOT - _find_height(count, most)
        add_element(group, "line", class_="grid", x1=_LEFT, x2=_RIGHT, y1=y, y2=y)
        add_element(group, "text", f"{count:,}", class_="faint end", x=_LEFT - 8, y=y + 4)
    room = int(8 * scale.last / (scale.last - scale.first))
    for at in list_ticks(scale.last, max(room, 1)):
        if at >= scale.first:
            x = scale.place(at)
            add_element(group, "line", class_="grid", x1=x, x2=x, y1=top + _PLOT, y2=top + _PLOT + 5)
            add_element(group, "text", format_tick(at, None), class_="faint middle", x=x, y=top + _PLOT + 20)


def _find_step(most: int) -> int:
    """Return the distance of horizontal lines: 1, 2 or 5 runs, or a multiple of it by a power of ten."""
    power = 1
    while most / power > 5 * _MOST_LINES:
        power *= 10
    return next(step for step in (power, 2 * power, 5 * power) if most / step <= _MOST_LINES)


def _find_height(count: int, most: int) -> float:
    return (_PLOT - 18) * count / most


def _add_bars(group: Element, scale: _Scale, bins: Sequence[Bin], forecast: Forecast, top: float) -> None:
    most = max(each.cases for each in bins)
    for each in bins:
        if not each.cases:
            continue
        left, right = scale.place(each.start), scale.place(each.end)
        width = min(right - left - 2, _WIDEST_BAR)
        x = (left + right - width) / 2
        late = count_late(each, forecast)
        part = add_element(group, "g", class_="bin")
        add_element(part, "title", describe_bin(each, forecast))
        y = top + _PLOT
        for kind, count in (("in-time" if forecast.deadline else "plain", each.cases - late), ("late", late)):
            if count:
                height = max(_find_height(count, most), 1.5)
                y -= height
                add_element(part, "rect", class_=kind, x=x, y=y, width=width, height=height)
        if right - left >= _ROOM_FOR_COUNT:
            add_element(part, "text", f"{each.cases:,}", class_="count middle", x=(left + right) / 2, y=y - 5)


def _add_legend(group: Element, scale: _Scale, forecast: Forecast) -> float:
    """Add what the colors and patterns mean, if there is a deadline; return the height."""
    hatch = add_element(
        add_element(group, "defs"),
        "pattern",
        id="late-pattern",
        width=7,
        height=7,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    add_element(hatch, "rect", class_="late-ground", width=7, height=7)
    add_element(hatch, "rect", class_="late-stripe", width=2.5, height=7)
    if forecast.deadline is None:
        return 0
    late = len(forecast.seconds) - bisect_right(forecast.seconds, forecast.deadline.seconds)
    x = float(_LEFT)
    for kind, words in (
        ("in-time", f"ends by the deadline: {forecast.runs - late:,} runs"),
        ("late", f"ends after the deadline: {late:,} runs"),
    ):
        add_element(group, "rect", class_=kind, x=x, y=2, width=16, height=12)
        add_element(group, "text", words, class_="legend", x=x + 22, y=13)
        x += 22 + len(words) * 7.2 + 24
    if not scale.contains(forecast.deadline.seconds):
        words = f"deadline {format_duration(forecast.deadline.seconds)}: outside of the chart"
        add_element(group, "text", words, class_="legend", x=x, y=13)
    return 26
