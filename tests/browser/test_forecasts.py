"""The page of a forecast in a browser: no error, no request, names, themes, print, narrow windows, hostile texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from sfnorch.report.pictures.histogram import render_histogram
from tests.browser.conftest import OpenWindow
from tests.browser.runs import EVIL, save_forecast
from tests.forecasts import build_forecast

pytestmark = pytest.mark.slow

COLOR = "getComputedStyle(document.body).backgroundColor"


def test_a_forecast_loads_nothing_and_has_names(window: OpenWindow, tmp_path: Path):
    path = save_forecast(tmp_path, build_forecast(warning="look out"))
    page = window()
    page.open(path)
    assert page.list_requests() == [path.as_uri()]
    assert page.list_complaints() == []
    named = {
        node["role"]["value"]: node["name"]["value"]
        for node in page.list_nodes()
        if node.get("role", {}).get("value") in ("image", "button", "table", "DisclosureTriangle")
    }
    assert named == {
        "button": "Dark",
        "image": "Forecast: end of master",
        "DisclosureTriangle": "The intervals as a table",
        "table": "Price of a run in US dollars",
    }
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_the_theme_is_changed(window: OpenWindow, tmp_path: Path):
    page = window(theme="dark")
    page.open(save_forecast(tmp_path, build_forecast()))
    assert page.evaluate(COLOR) == "rgb(18, 22, 28)"
    page.evaluate("document.getElementById('theme').click()")
    assert page.evaluate(COLOR) == "rgb(255, 255, 255)"


def test_a_printed_forecast_is_light_and_whole(window: OpenWindow, tmp_path: Path):
    page = window(theme="dark")
    page.open(save_forecast(tmp_path, build_forecast()))
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.ask("Emulation.setEmulatedMedia", media="print")
    assert page.evaluate("document.querySelectorAll('details:not([open])').length") == 0
    assert page.evaluate(COLOR) == "rgb(255, 255, 255)"
    assert len(page.ask("Page.printToPDF")["data"]) > 10_000


@pytest.mark.parametrize("width", [360, 800])
def test_a_narrow_window_scrolls_only_the_histogram_and_tables(width: int, window: OpenWindow, tmp_path: Path):
    page = window(width=width, height=700)
    page.open(save_forecast(tmp_path, build_forecast(name="a-long-name-" * 8)))
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_hostile_texts_are_only_texts(window: OpenWindow, tmp_path: Path):
    path = save_forecast(tmp_path, build_forecast(name=EVIL, warning=EVIL))
    page = window()
    page.open(path)
    assert page.list_complaints() == []
    assert page.list_requests() == [path.as_uri()]
    assert page.evaluate("document.querySelectorAll('img').length") == 0


def test_without_scripts_a_forecast_is_whole(window: OpenWindow, tmp_path: Path):
    page = window()
    page.open_without_scripts(save_forecast(tmp_path, build_forecast()))
    texts = "[...document.querySelectorAll('main :not(title, desc)')].filter(e => !e.children.length)"
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    assert page.evaluate(f"{texts}.filter(e => e.textContent && !e.checkVisibility()).length") == 0


@pytest.mark.parametrize("deadline", [None, 1_500.0, 2_400.0, 90_000.0])
def test_no_texts_of_the_histogram_cover_each_other(deadline: float | None, window: OpenWindow, tmp_path: Path):
    path = tmp_path / "forecast.svg"
    path.write_text(render_histogram(build_forecast(deadline=deadline)), encoding="utf-8")
    page = window()
    page.open(path)
    assert page.list_complaints() == []
    boxes = page.evaluate(
        "[...document.querySelectorAll('text')].map(e => e.getBoundingClientRect()).map(b => [b.left, b.top, b.right, b.bottom])"
    )
    for index, one in enumerate(boxes):
        assert one[0] >= 0
        assert one[2] <= 1_100
        for two in boxes[index + 1 :]:
            assert one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] + 2 or two[3] <= one[1] + 2, (one, two)
