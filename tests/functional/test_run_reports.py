"""`--save` of commands that run something: reports, charts and texts in files."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from sfnorch.errors import SfnorchError
from tests.conftest import Run
from tests.functional.following import follow
from tests.replay import Replay
from tests.report_pages import find_details

SCENARIOS = """\
scenarios:
  - name: all succeed
    expect: {executions: {master: SUCCEEDED}}
  - name: <b>a job fails</b>
    given: {failures: {glue-job-3-b: always}}
    expect: {executions: {master: FAILED}}
"""


def saved(replay: Replay, name: str, **more: Any) -> str:
    follow(replay, "etl", arns=replay.roots, save=Path(name), **more)
    return Path(name).read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_followed_run_is_saved_as_a_report_with_links_and_the_command_that_resumes():
    page = saved(Replay.of("failed"), "run.html")
    assert "<h1>Execution failed-r1 of etl-master</h1>" in page
    assert "ValueError: the input is empty" in page
    assert "<code>sfnorch resume failed-r1 --stack-name etl</code>" in page
    assert "State machines" not in page  # its definitions could not be read
    shown = find_details(page)
    facts = dict(shown["extract-sales"]["facts"])
    assert (facts["Status"], facts["Part of"]) == ("FAILED", "sales")
    assert facts["Run ID"].startswith("jr_")
    assert [title for title, _ in shown["extract-sales"]["links"]] == ["Error log"]
    assert shown["sales"]["links"][0][1].startswith("https://us-east-1.console.aws.amazon.com/states/home")
    assert shown["clean-orders"]["kind"] == "job run, on the critical path"


def test_the_states_of_a_followed_run_are_drawn_with_their_visits_where_its_definition_can_be_read():
    replay = Replay.of("failed")
    root = replay.roots[0]
    caught = {"ErrorEquals": ["States.ALL"], "Next": "EndChild2"}
    replay.definitions[root] = {
        "StartAt": "ResolveThreads",
        "States": {
            "ResolveThreads": {"Type": "Pass", "Next": "CheckThreads"},
            "CheckThreads": {
                "Type": "Choice",
                "Choices": [{"Condition": "{% true %}", "Next": "RunChild2"}],
                "Default": "Never",
            },
            "RunChild2": {"Type": "Task", "Resource": "arn:x", "Catch": [caught], "Next": "Never"},
            "EndChild2": {"Type": "Pass", "End": True},
            "Never": {"Type": "Succeed"},
        },
    }
    page = saved(replay, "run.html")
    assert "etl-master: 4 of 5 states reached" in page
    assert "RunChild2: entered once, error caught. EndChild2: entered once. Never: not reached." in page
    assert page.count('class="transition taken"') == 1
    assert page.count('class="transition catch taken"') == 1
    shown = find_details(page)["RunChild2"]
    (visit,) = shown["visits"]
    facts = dict(visit["facts"])
    assert visit["title"] == "⚠ Visit: T+00s, took 02s, error caught"
    assert facts["Execution"] == "master"
    assert facts["Left"] == "T+02s for EndChild2"
    assert json.loads(facts["Arguments"])["Input"]["threadId"] == "T2"
    assert facts["Errors"].startswith('T+02s States.TaskFailed: {\n  "ExecutionArn": "arn:aws:states:')
    assert set(json.loads(facts["Output"])) == {"Error", "Cause"}


def test_a_followed_run_is_saved_as_a_chart_and_as_text():
    picture = ET.fromstring(saved(Replay.of("failed"), "run.svg"))  # noqa: S314 - made here
    assert "2026" in "".join(picture.itertext())
    text = saved(Replay.of("failed"), "run.txt")
    assert text.splitlines()[1].split()[0] == "master"
    assert "Resume: sfnorch resume failed-r1 --stack-name etl" in text


@pytest.mark.parametrize(
    "name", ["clean", "tasks", "loop", "overlap", "parallel-map", "resumed", "retry-catch", "backfill"]
)
def test_runs_of_all_patterns_are_saved(name: str):
    assert "<h3" in saved(Replay.of(name), "run.html")
    ET.fromstring(saved(Replay.of(name), "run.svg"))  # noqa: S314


def test_a_run_that_goes_on_after_the_timeout_is_saved_as_running():
    with pytest.raises(SfnorchError, match="still running"):
        saved(Replay.of("failed"), "run.html", timeout=0.0)
    page = Path("run.html").read_text()
    assert "▶ RUNNING" in page


def test_save_and_no_wait_exclude_each_other(run: Run):
    done = run("run", "--stack-name", "etl", "--no-wait", "--save", "run.html")
    assert done.code == 2
    assert "--save cannot be combined with --no-wait" in done.err


def test_scenarios_are_saved_in_one_report(run: Run):
    Path("all.sfntest.yaml").write_text(SCENARIOS)
    Path("sfnorch.yaml").write_text("pattern: master-child\nchildren: [{name: orders, jobs: [glue-job-3-b]}]\n")
    done = run("test", "--save", "report.html")
    assert done.code == 1
    page = Path("report.html").read_text()
    assert page.count('<section class="run"') == 2
    assert "1 of 2 passed" in page
    assert "&lt;b&gt;a job fails&lt;/b&gt;" in page
    assert "differs from what is expected" in page
    assert 'expect.executions.master.status: expected "FAILED", found SUCCEEDED' in page
    done = run("test", "--save", "report.svg")
    assert (done.code, "must end in .html" in done.err) == (2, True)


def test_a_backfill_is_saved(run: Run):
    Path("sfnorch.yaml").write_text(
        "pattern: master-child\nname: etl\nbackfill: true\nparameters: {day: {type: date}}\n"
        "children: [{name: orders, jobs: [load]}]\n"
    )
    done = run(
        "simulate", "--backfill", "--from", "2026-01-01", "--to", "2026-01-03", "--param", "day", "--save", "run.html"
    )
    assert done.code == 0, done.err
    assert Path("run.html").read_text().count("backfill") > 0


@pytest.mark.slow
def test_a_run_of_a_hundred_thousand_events_is_a_small_report(run: Run):
    states = {f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}"} for n in range(50)}
    states["S50"] = {"Type": "Succeed"}
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "S0"}
    definition = {
        "StartAt": "All",
        "States": {"All": {"Type": "Map", "ItemProcessor": {**processor, "States": states}, "End": True}},
    }
    Path("big.asl.json").write_text(json.dumps(definition))
    Path("items.json").write_text(json.dumps(list(range(1_000))))
    done = run("simulate", "big.asl.json", "--input", "@items.json", "--save", "run.html", "--output", "json")
    assert len(json.loads(done.out)["events"]) > 100_000
    page = Path("run.html").read_text()
    assert len(page) < 2_000_000
    assert "entered 1,000 times" in page
