"""A forecast as a histogram and as a page: valid, with all figures, and every text as text."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from sfnorch.app.forecasts.results import Forecast
from sfnorch.distributions import Bin
from sfnorch.report.pictures.forecast_page import render_forecast
from sfnorch.report.pictures.histogram import count_late, describe_bin, render_histogram
from tests.browser.runs import EVIL
from tests.forecasts import build_forecast

SVG = "{http://www.w3.org/2000/svg}"


def parse(forecast: Forecast) -> ET.Element:
    return ET.fromstring(render_histogram(forecast))  # noqa: S314 - made here


class _Tables(HTMLParser):
    """The tables of a page by their captions: rows of texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self._rows: list[list[str]] = []
        self._text = ""
        self._is_cell = False
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "table":
            self._rows = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th", "caption"):
            self._text = ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "caption":
            self.found[self._text] = self._rows
        elif tag in ("td", "th"):
            self._rows[-1].append(self._text)


SMALL = (300.0, 310.0, 320.0, 620.0, 700.0, 700.0, 900.0, 1_150.0)


def test_the_histogram_has_a_title_a_description_and_what_is_late():
    picture = parse(build_forecast(SMALL, 700.0))
    assert picture.findtext(f"{SVG}title") == "Forecast: end of master"
    assert picture.findtext(f"{SVG}desc") == (
        "8 simulated runs. P50 10m20s. P90 19m10s. P99 19m10s. "
        "Deadline: 2026-03-30 06:00 UTC, 11m40s after the start; missed in 25.0% of the runs "
        "(95% confidence: 7.1% to 59.1%). "
        "05m to 06m: 3 runs, 37.5%. 10m to 11m: 1 run, 12.5%. 11m to 12m: 2 runs, 25.0%. "
        "15m to 16m: 1 run, 12.5%, 1 after the deadline. 19m to 20m: 1 run, 12.5%, 1 after the deadline."
    )
    kinds = [rect.get("class") for rect in picture.findall(f".//{SVG}g[@class='bin']/{SVG}rect")]
    assert kinds == ["in-time", "in-time", "in-time", "late", "late"]
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    assert texts == [
        "Forecast: end of master",
        "8 simulated runs, seed 0",
        "ends by the deadline: 6 runs",
        "ends after the deadline: 2 runs",
        "runs",
        *"0123",
        *(f"T+{minute:02}m" for minute in range(6, 21, 2)),
        *"31211",
        "P90 19m10s",
        "P99 19m10s",
        "deadline 06:00 UTC, 11m40s",
        "P50 10m20s",
    ]


def test_a_bar_is_divided_at_the_deadline():
    forecast = build_forecast(SMALL, 310.0)
    assert count_late(Bin(300.0, 360.0, 3), forecast) == 1
    assert describe_bin(Bin(300.0, 360.0, 3), forecast) == "05m to 06m: 3 runs, 37.5%, 1 after the deadline"
    first = parse(forecast).find(f".//{SVG}g[@class='bin']")
    assert first is not None
    bars = [(rect.get("class"), float(rect.get("height", 0))) for rect in first.findall(f"{SVG}rect")]
    assert [kind for kind, _ in bars] == ["in-time", "late"]
    assert bars[0][1] == pytest.approx(2 * bars[1][1], abs=0.1)


def test_without_a_deadline_there_is_no_legend():
    picture = parse(build_forecast(SMALL, None))
    assert "deadline" not in "".join(text.text or "" for text in picture.iter(f"{SVG}text"))
    kinds = {rect.get("class") for rect in picture.findall(f".//{SVG}g[@class='bin']/{SVG}rect")}
    assert kinds == {"plain"}


@pytest.mark.parametrize(("deadline", "shown"), [(60.0, "01m"), (90_000.0, "25h")])
def test_a_deadline_far_from_the_runs_is_only_named(deadline: float, shown: str):
    picture = parse(build_forecast(tuple(5_000 + each for each in SMALL), deadline))
    assert [mark.get("class") for mark in picture.iter(f"{SVG}g") if "time-mark" in mark.get("class", "")] == [
        "time-mark percentile"
    ] * 3
    assert f"deadline {shown}: outside of the chart" in [text.text for text in picture.iter(f"{SVG}text")]


@pytest.mark.parametrize(
    "seconds",
    [(5.0,), (0.0, 0.0), (10.0, 2_000_000.0), tuple(float(number) for number in range(5_000)), (1e6, 1e6 + 0.5)],
)
@pytest.mark.parametrize("deadline", [None, 5.0, 1_500.0])
def test_bars_and_labels_are_in_the_picture(seconds: tuple[float, ...], deadline: float | None):
    picture = parse(build_forecast(seconds, deadline))
    height = float(picture.get("height", 0))
    for rect in picture.findall(f".//{SVG}g[@class='bin']/{SVG}rect"):
        x, y, width, tall = (float(rect.get(key, "")) for key in ("x", "y", "width", "height"))
        assert 64 <= x < x + width <= 1_076
        assert 0 < y < y + tall < height
    for line in picture.findall(f".//{SVG}g/{SVG}line"):
        assert 64 <= float(line.get("x1", "")) <= 1_076


def test_the_page_has_all_figures():
    page = _Tables(render_forecast(build_forecast(SMALL, 700.0, warning="look out")))
    assert page.found == {
        "Runs by the time of their end": [
            ["Ends after", "Runs", "Share", "After the deadline"],
            *(
                [f"{minute:02}m to {minute + 1:02}m", str(runs), share, str(late)]
                for minute, runs, share, late in (
                    (5, 3, "37.5%", 0),
                    *((minute, 0, "0%", 0) for minute in range(6, 10)),
                    (10, 1, "12.5%", 0),
                    (11, 2, "25.0%", 0),
                    *((minute, 0, "0%", 0) for minute in range(12, 15)),
                    (15, 1, "12.5%", 1),
                    *((minute, 0, "0%", 0) for minute in range(16, 19)),
                    (19, 1, "12.5%", 1),
                )
            ),
        ],
        "Ends of executions after the start of the run": [
            ["Ends after", "P50", "P90", "P99", "Maximum", "Mean", "Fails"],
            ["master", "10m20s", "19m10s", "19m10s", "19m10s", "10m25s", "0%"],
            ["master-child", "10m20s", "19m10s", "19m10s", "19m10s", "10m25s", "0%"],
        ],
        "Jobs: the shares of runs in which they determine the end, and fail": [
            ["Job", "On the critical path", "Fails", "Recorded runs"],
            ["master-load", "75.0%", "0%", "12"],
            ["master-check (function)", "25.0%", "0%", "none"],
        ],
        "Deadlines, and how often they are missed": [
            ["Deadline", "After the start", "Missed", "95% confidence"],
            ["deadline of master (--deadline)", "11m40s", "25.0%", "7.1% to 59.1%"],
            ["maximum duration of master-child", "50m", "0%", "0% to 32.4%"],
        ],
        "Price of a run in US dollars": [
            ["Service", "On average", "Details"],
            ["Glue", "$0.9986", "3.24 DPU-hours (us-east-1, November 2026)"],
            ["Step Functions", "$0.000557", "state transitions"],
            ["All", "$1.1000", "p90 $1.4000, p99 $1.4000"],
        ],
    }
    text = render_forecast(build_forecast(SMALL, 700.0, warning="look out"))
    assert "<li>⚠ look out</li>" in text
    assert "Not counted: SNS, S3" in text


def test_hostile_texts_are_only_texts():
    forecast = build_forecast(name=EVIL, warning=EVIL)
    page = _Tables(render_forecast(forecast))
    assert page.tags.count("script") == page.tags.count("style") == 1
    assert "img" not in page.tags
    assert r"\u202e" in page.found["Ends of executions after the start of the run"][1][0]
    picture = render_histogram(forecast)
    ET.fromstring(picture)  # noqa: S314
    assert "<script" not in picture


def test_a_forecast_of_many_jobs_has_as_many_rows_as_a_page_has_room_for():
    forecast = build_forecast()
    many = Forecast(**{name: getattr(forecast, name) for name in forecast.__slots__} | {"jobs": forecast.jobs * 400})
    assert "… and 300 more rows; --output json has all of them" in render_forecast(many)
