"""A report in a browser: no error, no request, names for all controls, keys, filters, themes, print."""

from __future__ import annotations

from pathlib import Path

import pytest

from sfnorch.report.pictures.chart import render_chart
from tests.browser.conftest import OpenWindow
from tests.browser.runs import EVIL, failing_run, hostile_run, large_run, retried_run, save_page

pytestmark = pytest.mark.slow

SHOWN = "[...document.querySelectorAll('.gantt .row:not([hidden]) .label')].map(e => e.textContent)"
PANEL = "document.getElementById('panel').textContent"
CONTROLS = {"button", "textbox", "searchbox", "combobox", "link", "DisclosureTriangle", "image", "img"}


def test_a_report_loads_nothing_and_complains_of_nothing(window: OpenWindow, tmp_path: Path):
    path = save_page(tmp_path, failing_run())
    page = window()
    page.open(path)
    assert page.list_requests() == [path.as_uri()]
    assert page.list_complaints() == []
    assert page.evaluate("document.title") == "Simulated run of stack"


def test_all_controls_and_pictures_have_names(window: OpenWindow, tmp_path: Path):
    page = window()
    page.open(save_page(tmp_path, failing_run(), failing_run()))
    nodes = page.list_nodes()
    found = [node for node in nodes if node.get("role", {}).get("value") in CONTROLS]
    assert len(found) > 50
    assert [node["role"]["value"] for node in found if not node.get("name", {}).get("value")] == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_the_details_follow_the_pointer_and_stay_when_kept(window: OpenWindow, tmp_path: Path):
    page = window()
    page.open(save_page(tmp_path, failing_run()))
    page.point(".gantt .row.bad.part .bar")
    assert "glue-job-3-b" in page.evaluate(PANEL)
    assert "simulated failure (--fail)" in page.evaluate(PANEL)
    page.evaluate(
        "document.querySelector('.gantt .row.bad.part').dispatchEvent(new MouseEvent('click', {bubbles: true}))"
    )
    page.point(".gantt .row.execution .bar")
    assert "glue-job-3-b" in page.evaluate(PANEL)
    page.press("Escape")
    page.point(".gantt .row.critical .bar")
    assert "glue-job-2-a" in page.evaluate(PANEL)
    assert "on the critical path" in page.evaluate(PANEL)


def test_a_report_is_used_with_keys(window: OpenWindow, tmp_path: Path):
    page = window()
    page.open(save_page(tmp_path, failing_run()))
    page.press("/")
    assert page.evaluate("document.activeElement.id") == "filter"
    page.evaluate("document.querySelector('.gantt .row').focus()")
    page.press("ArrowDown")
    page.press("ArrowDown")
    assert "glue-job-1-a" in page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert "glue-job-1-a" in page.evaluate(PANEL)
    page.press("Enter")
    assert page.evaluate("document.querySelectorAll('.row.chosen').length") == 1
    page.press("End")
    assert "glue-job-5-d" in page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.press("Escape")
    assert page.evaluate("document.querySelectorAll('.row.chosen').length") == 0
    assert page.evaluate("document.querySelectorAll('.gantt .row[tabindex=\"0\"]').length") == 1


def test_rows_are_filtered_by_name_and_status(window: OpenWindow, tmp_path: Path):
    page = window()
    page.open(save_page(tmp_path, failing_run()))
    every = len(page.evaluate(SHOWN))
    before = page.evaluate("document.querySelector('.gantt').viewBox.baseVal.height")
    page.evaluate("document.getElementById('filter').focus()")
    page.type_text("GLUE-JOB-3")
    assert [name for name in page.evaluate(SHOWN) if name.startswith("glue")] == ["glue-job-3-a", "glue-job-3-b"]
    after = page.evaluate("document.querySelector('.gantt').viewBox.baseVal.height")
    assert before - after == 24 * (every - len(page.evaluate(SHOWN)))
    page.evaluate("document.getElementById('filter').value = ''")
    choose = "(v => {{ const s = document.getElementById('status'); s.value = v; s.dispatchEvent(new Event('change')) }})({!r})"
    page.evaluate(choose.format("bad"))
    assert page.evaluate(SHOWN) == ["child-3", "glue-job-3-b"]
    assert page.evaluate("document.getElementById('count').textContent") == f"2 of {every} rows"
    page.evaluate(choose.format("critical"))
    assert [name.removeprefix("◆ ") for name in page.evaluate(SHOWN)] == [f"glue-job-2-{c}" for c in "abcde"]
    page.evaluate(choose.format(""))
    assert len(page.evaluate(SHOWN)) == every


@pytest.mark.parametrize(("theme", "first", "second"), [("light", 255, 18), ("dark", 18, 255)])
def test_the_theme_is_that_of_the_system_until_it_is_changed(
    theme: str, first: int, second: int, window: OpenWindow, tmp_path: Path
):
    page = window(theme=theme)
    page.open(save_page(tmp_path, failing_run()))
    red = "Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])"
    assert page.evaluate(red) == first
    page.evaluate("document.getElementById('theme').click()")
    assert page.evaluate(red) == second


def test_print_shows_everything_in_dark_on_light(window: OpenWindow, tmp_path: Path):
    page = window(theme="dark")
    page.open(save_page(tmp_path, failing_run()))
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.ask("Emulation.setEmulatedMedia", media="print")
    assert page.evaluate("document.querySelectorAll('.run details:not([open])').length") == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.getElementById('toolbar')).display") == "none"
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.querySelectorAll('.run details:not([open])').length") > 0
    assert len(page.ask("Page.printToPDF", landscape=True)["data"]) > 10_000


def test_a_thousand_executions_open_in_two_seconds(window: OpenWindow, tmp_path: Path):
    path = save_page(tmp_path, large_run(1_000, "x" * 1_000))
    page = window()
    assert min(page.open(path) for _ in range(3)) < 2.0
    assert len(page.evaluate(SHOWN)) == 2_000


def test_a_hostile_text_is_only_text(window: OpenWindow, tmp_path: Path):
    path = save_page(tmp_path, hostile_run())
    page = window()
    page.open(path)
    page.point(".gantt .row.part .bar")
    page.evaluate("document.getElementById('filter').focus()")
    page.type_text(EVIL[:4])
    assert page.list_complaints() == []
    assert page.list_requests() == [path.as_uri()]
    assert page.evaluate("document.querySelectorAll('img').length") == 0
    assert page.evaluate("document.scripts.length") == 1
    assert "</script><script>alert(1)</script>" in page.evaluate("document.querySelector('h1').textContent")
    assert r"\u202e" in page.evaluate("document.querySelector('h1').textContent")


def test_a_script_that_is_not_the_reports_own_is_refused(window: OpenWindow, tmp_path: Path):
    path = save_page(tmp_path, failing_run())
    path.write_text(path.read_text().replace("</body>", "<script>document.title = 'taken'</script></body>"))
    page = window()
    page.open(path)
    assert page.evaluate("document.title") == "Simulated run of stack"
    assert "Content Security Policy" in page.list_complaints()[0]


@pytest.mark.parametrize("width", [360, 800])
def test_a_narrow_window_scrolls_only_pictures(width: int, window: OpenWindow, tmp_path: Path):
    page = window(width=width, height=700)
    page.open(save_page(tmp_path, failing_run()))
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_chart_is_a_picture_by_itself(window: OpenWindow, tmp_path: Path):
    path = tmp_path / "run.svg"
    path.write_text(render_chart(failing_run()), encoding="utf-8")
    page = window()
    page.open(path)
    assert page.list_complaints() == []
    assert page.evaluate("document.documentElement.tagName") == "svg"
    boxes = page.evaluate("[...document.querySelectorAll('text')].map(e => e.getBBox()).map(b => [b.x, b.x + b.width])")
    assert all(left >= 0 and right <= 1100 for left, right in boxes)


def test_a_state_shows_its_visits_its_errors_and_its_definition(window: OpenWindow, tmp_path: Path):
    page = window()
    page.open(save_page(tmp_path, failing_run()))
    page.evaluate("document.querySelector('.state-graph .state.caught').focus()")
    shown = page.evaluate(PANEL)
    assert "RunChild3" in shown
    assert "error caught" in shown
    assert "GlueJobFailed" in shown
    assert "states:startExecution.sync" in shown
    before = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") != before


def test_rows_are_folded_and_unfolded(window: OpenWindow, tmp_path: Path):
    page = window()
    page.open(save_page(tmp_path, failing_run()))
    every = len(page.evaluate(SHOWN))
    page.evaluate("document.querySelectorAll('.gantt .row.execution')[1].focus()")
    page.press("ArrowLeft")
    assert every - len(page.evaluate(SHOWN)) == 4
    assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "false"
    page.evaluate("document.getElementById('filter').focus()")
    page.type_text("glue-job-1-a")
    assert page.evaluate(SHOWN) == ["glue-job-1-a"]
    page.evaluate("(f => { f.value = ''; f.dispatchEvent(new Event('input')) })(document.getElementById('filter'))")
    assert every - len(page.evaluate(SHOWN)) == 4
    page.evaluate("document.querySelectorAll('.gantt .row.execution')[1].focus()")
    page.press("ArrowRight")
    assert len(page.evaluate(SHOWN)) == every
    page.evaluate("document.querySelector('.gantt .row .fold').dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    assert page.evaluate(SHOWN) == ["master"]


TICKS = "[...document.querySelectorAll('.time-axis .tick')].map(e => e.textContent)"


def test_the_chart_is_zoomed_to_the_time_of_a_row_and_back(window: OpenWindow, tmp_path: Path):
    page = window()
    page.open(save_page(tmp_path, failing_run()))
    before = page.evaluate(TICKS)
    place = "(e => [e.x.baseVal.value, e.width.baseVal.value])(document.querySelector('.gantt .row.bad.part .bar'))"
    x, width = page.evaluate(place)
    page.evaluate("document.querySelector('.gantt .row.bad.part').focus()")
    page.press("z")
    assert page.evaluate(TICKS) == ["T+05m", "T+06m", "T+07m", "T+08m", "T+09m", "T+10m"]
    assert page.evaluate(place)[1] > 10 * width
    assert page.evaluate("document.querySelectorAll('.gantt .bar[hidden]').length") > 5
    page.evaluate("document.getElementById('whole').click()")
    assert page.evaluate(place) == pytest.approx([x, width])
    assert page.evaluate(TICKS) == before
    assert page.evaluate("document.querySelectorAll('.gantt .bar[hidden]').length") == 0
    assert page.list_complaints() == []


def test_the_chart_is_zoomed_by_a_drag(window: OpenWindow, tmp_path: Path):
    page = window()
    page.open(save_page(tmp_path, failing_run()))
    box = page.evaluate("(r => [r.x, r.y, r.width])(document.querySelector('.gantt').getBoundingClientRect())")
    y = box[1] + 100
    for kind, x in (("mousePressed", 0.3), ("mouseMoved", 0.35), ("mouseMoved", 0.4), ("mouseReleased", 0.4)):
        place = {"x": box[0] + box[2] * x, "y": y}
        page.ask("Input.dispatchMouseEvent", type=kind, button="left", buttons=1, clickCount=1, **place)
    assert page.evaluate(TICKS) == ["T+06m", "T+08m", "T+10m", "T+12m", "T+14m", "T+16m"]
    assert page.evaluate("document.getElementById('whole').hidden") is False
    assert page.evaluate("document.querySelectorAll('.brush, .row.chosen').length") == 0
    assert page.list_complaints() == []


def test_a_failure_leads_to_its_row(window: OpenWindow, tmp_path: Path):
    page = window()
    page.open(save_page(tmp_path, failing_run()))
    page.evaluate("document.querySelector('.failures a.to-row').click()")
    assert "glue-job-3-b" in page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert page.evaluate("document.querySelectorAll('.row.chosen').length") == 1
    assert "glue-job-3-b" in page.evaluate(PANEL)


CHOOSE = "((id, v) => { const s = document.getElementById(id); s.value = v; s.dispatchEvent(new Event('change')) })"
PLACES = (
    "[...document.querySelectorAll('.gantt .row:not([hidden])')]"
    ".map(e => [e.getBoundingClientRect().y, e.querySelector('.label').textContent])"
    ".sort((one, two) => one[0] - two[0]).map(e => e[1].replace('◆ ', ''))"
)
LINKS = "document.querySelectorAll('.gantt .critical-link:not([hidden])').length"


def test_rows_are_sorted_below_the_row_that_they_are_part_of(window: OpenWindow, tmp_path: Path):
    page = window()
    page.open(save_page(tmp_path, failing_run()))
    first, links = page.evaluate(PLACES), page.evaluate(LINKS)
    assert links == 4
    children = [name for name in first if name.startswith("child")]
    assert children == [f"child-{number}" for number in range(1, 6)]
    page.evaluate(f"{CHOOSE}('order', 'duration')")
    shown = page.evaluate(PLACES)
    assert shown[:7] == ["master", "child-2", *(f"glue-job-2-{letter}" for letter in "abcde")]
    assert [name for name in shown if name.startswith("child")] == [f"child-{number}" for number in (2, 4, 1, 5, 3)]
    assert page.evaluate(SHOWN) == [("◆ " if name.startswith("glue-job-2") else "") + name for name in shown]
    assert page.evaluate(LINKS) == 0
    page.evaluate(f"{CHOOSE}('order', 'status')")
    assert page.evaluate(PLACES)[:4] == ["master", "child-3", "glue-job-3-b", "glue-job-3-a"]
    page.evaluate(f"{CHOOSE}('order', 'name')")
    assert page.evaluate(PLACES) == first
    page.evaluate(f"{CHOOSE}('order', '')")
    assert (page.evaluate(PLACES), page.evaluate(LINKS)) == (first, links)
    assert page.list_complaints() == []


def test_sorted_rows_are_folded_filtered_and_used_with_keys(window: OpenWindow, tmp_path: Path):
    page = window()
    page.open(save_page(tmp_path, failing_run()))
    page.evaluate(f"{CHOOSE}('order', 'duration')")
    page.evaluate("document.querySelector('.gantt .row').focus()")
    page.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("child-2, execution of master")
    page.press("ArrowLeft")
    assert page.evaluate(PLACES)[:3] == ["master", "child-2", "child-4"]
    page.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("child-4")
    page.press("Home")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("master")
    page.evaluate(f"{CHOOSE}('status', 'critical')")
    assert page.evaluate(PLACES) == [f"glue-job-2-{letter}" for letter in "abcde"]
    assert page.evaluate("document.querySelectorAll('.gantt .row[tabindex=\"0\"]:not([hidden])').length") == 1
    page.evaluate(f"{CHOOSE}('status', '')")
    page.evaluate("document.querySelectorAll('.gantt .row.execution')[1].focus()")
    page.press("ArrowRight")
    page.evaluate("document.querySelector('.failures a.to-row').click()")
    assert "glue-job-3-b" in page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.ask("Emulation.setEmulatedMedia", media="print")
    assert page.evaluate(PLACES)[:3] == ["master", "child-2", "glue-job-2-a"]


def test_names_are_sorted_by_their_numbers(window: OpenWindow, tmp_path: Path):
    page = window()
    page.open(save_page(tmp_path, large_run(12)))
    page.evaluate(f"{CHOOSE}('order', 'status')")
    page.evaluate(f"{CHOOSE}('order', 'name')")
    shown = [name for name in page.evaluate(PLACES) if name.startswith("item")]
    assert shown == [f"item-{number}" for number in range(12)]


VISITS = (
    "[...document.querySelectorAll('#panel .visit')].map(e => "
    "[e.querySelector('summary').textContent, e.open, [...e.querySelectorAll('dt')].map(d => d.textContent)])"
)


def test_a_state_shows_its_input_and_output(window: OpenWindow, tmp_path: Path):
    page = window()
    page.open(save_page(tmp_path, failing_run()))
    page.evaluate("document.querySelector('.state-graph .state.caught').scrollIntoView({block: 'center'})")
    page.point(".state-graph .state.caught .box")
    assert page.evaluate(VISITS) == [
        [
            "⚠ Visit: T+00s, took 10m, error caught",
            True,
            ["Execution", "Left", "Errors", "Input", "Arguments", "Output"],
        ]
    ]
    assert '"why"' not in page.evaluate(PANEL)
    assert '"message": "simulated failure (--fail)"' in page.evaluate(PANEL)


def test_an_execution_leads_to_its_states(window: OpenWindow, tmp_path: Path):
    page = window()
    page.open(save_page(tmp_path, failing_run(), failing_run()))
    page.evaluate("document.querySelectorAll('.run')[1].querySelector('.row.bad.execution').focus()")
    page.press("Enter")
    page.evaluate("document.querySelector('#panel .to-states').click()")
    assert page.evaluate("document.activeElement.closest('details').querySelector('summary').textContent") == (
        "child-3: 6 of 14 states reached"
    )
    assert page.evaluate("document.activeElement.closest('section').id") == "run-2"
    assert page.evaluate("document.activeElement.querySelector('.name').textContent") == "✗ ChildFailed"
    assert "GlueJobFailed" in page.evaluate(PANEL)
    assert page.evaluate("document.activeElement.checkVisibility()")
    assert page.list_complaints() == []


def test_without_scripts_everything_is_there_and_rows_lead_to_their_details(window: OpenWindow, tmp_path: Path):
    path = save_page(tmp_path, failing_run())
    page = window()
    texts = "[...document.querySelectorAll('main *:not(title, desc)')].filter(e => !e.children.length && e.textContent.trim())"
    hidden = f"{texts}.filter(e => !e.checkVisibility()).map(e => e.textContent)"
    page.open_without_scripts(path)
    assert page.evaluate("document.documentElement.className") == ""
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    assert page.evaluate(hidden) == []
    assert page.evaluate("getComputedStyle(document.getElementById('toolbar')).display") == "none"
    assert page.evaluate("getComputedStyle(document.getElementById('panel')).display") == "none"
    link = "document.querySelector('.gantt .row.bad.part')"
    assert page.evaluate(f"document.querySelector({link}.getAttribute('href')).textContent").startswith("glue-job-3-b")
    assert page.evaluate("document.querySelectorAll('.gantt .row[href], .state[href]').length") == page.evaluate(
        "document.querySelectorAll('.detail').length"
    )


PARTS = """[...document.querySelectorAll('.gantt .row.part .bar')].filter(e => !e.hasAttribute('hidden'))
.map(e => [e.getAttribute('class'), Math.round(e.x.baseVal.value), Math.round(e.width.baseVal.value),
getComputedStyle(e).fill])"""


def test_the_parts_of_a_bar_are_zoomed_together(window: OpenWindow, tmp_path: Path):
    page = window()
    page.open(save_page(tmp_path, retried_run()))
    red, green, grey = "rgb(197, 34, 31)", "rgb(35, 121, 74)", "rgb(88, 97, 114)"
    left, second = 286, (935 - 286) / 600
    parts = [
        ("bar whole", 100, 400, "none"),
        ("bar waiting", 100, 40, red),
        ("bar", 140, 60, red),
        ("bar delay", 200, 50, grey),
        ("bar waiting", 250, 40, red),
        ("bar", 290, 60, red),
        ("bar delay", 350, 50, grey),
        ("bar waiting", 400, 40, green),
        ("bar", 440, 60, green),
    ]
    found = page.evaluate(PARTS)
    assert [(kind, fill) for kind, _, _, fill in found] == [(kind, fill) for kind, _, _, fill in parts]
    for (_, x, width, _), (_, at, seconds, _) in zip(found, parts, strict=True):
        assert (x, width) == (pytest.approx(left + at * second, abs=1), pytest.approx(seconds * second, abs=1))
    page.evaluate("document.querySelector('.gantt .row.part').focus()")
    page.press("z")
    zoomed = page.evaluate(PARTS)
    assert len(zoomed) == len(parts)
    assert zoomed[0][2] == pytest.approx(400 * second * (935 - 286) / (400 * second * 1.2), abs=1)
    assert page.evaluate("[...document.querySelectorAll('.gantt .row.part g title')].map(e => e.textContent)")[0] == (
        "attempt 1 FAILED, 23:51:40 to 23:53:20, took 01m40s, waiting and start-up 40s: FAILED"
    )
    assert page.list_complaints() == []
