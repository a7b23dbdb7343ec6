"""`sfnorch history` and forecasts, whole: what they print, save and refuse."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.functional.test_deploy import TOPIC
from tests.histories import TEMPLATE, execution, job_run
from tests.ministack import Account
from tests.wire import Answer, Wire, json_answer

PLAN = "pattern: master-child\nname: etl\nchildren:\n- {name: orders, jobs: [a, b]}\n- {name: sales, jobs: [c]}\n"
JOB = "{{runs: 4, succeeded: 4, seconds: [{0}, {0}, {0}, {1}], worker_type: G.1X, workers: 10, glue_version: '6.0', dpu_seconds: 4000, total_seconds: 400}}"
DURATIONS = "version: 1\njobs:\n" + "".join(f"  {name}: {JOB.format(60, 600)}\n" for name in "abc")


@pytest.mark.smoke
def test_a_forecast(run: Run):
    Path("sfnorch.yaml").write_text(PLAN)
    Path("d.yaml").write_text(DURATIONS)
    done = run("simulate", "--durations", "d.yaml", "--runs", "40", "--deadline", "10m", "--save", "forecast.txt")
    assert (done.code, done.err) == (0, "")
    told = [line.rstrip() for line in done.out.splitlines()]
    assert told[0] == "40 simulated runs, seed 0"
    assert told[2].split() == ["ENDS", "AFTER", "P50", "P90", "P99", "MAX", "FAILS"]
    assert [line.split()[0] for line in told[3:6]] == ["master", "orders", "sales"]
    assert "End of master" in told
    assert sum(int(line.removesuffix("late").split()[-1]) for line in told if "█" in line) == 40
    assert any(line.startswith("deadline             10m after the start; missed in ") for line in told)
    saved = Path("forecast.txt").read_text()
    assert "End of master" in saved
    assert "price of a run" in saved


def test_a_forecast_is_saved_as_a_page_and_as_a_histogram(run: Run):
    Path("sfnorch.yaml").write_text(PLAN)
    Path("d.yaml").write_text(DURATIONS)
    command = ("simulate", "--durations", "d.yaml", "--runs", "40", "--deadline", "10m", "--save")
    done = run(*command, "forecast.html")
    assert (done.code, done.err) == (0, "")
    page = Path("forecast.html").read_text(encoding="utf-8")
    assert "<h1>Forecast: end of master</h1>" in page
    assert page.count("<table") == 5
    assert run(*command, "forecast.svg").code == 0
    picture = ET.fromstring(Path("forecast.svg").read_text(encoding="utf-8"))  # noqa: S314 - made here
    assert picture.findtext("{http://www.w3.org/2000/svg}title") == "Forecast: end of master"


def test_a_forecast_of_one_run(run: Run):
    Path("sfnorch.yaml").write_text(PLAN)
    Path("d.yaml").write_text(DURATIONS)
    assert run("simulate", "--durations", "d.yaml", "--runs", "1").out.splitlines()[0] == "1 simulated run, seed 0"


def test_a_forecast_as_json_is_the_same_for_a_seed(run: Run):
    Path("sfnorch.yaml").write_text(PLAN)
    Path("d.yaml").write_text(DURATIONS)
    command = ("simulate", "--durations", "d.yaml", "--runs", "5", "--output", "json", "--deadline", "06:00")
    done = run(*command, "--at", "2026-03-30T05:00", "--seed", "7")
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    assert (found["runs"], found["seed"], found["main"]["name"]) == (5, 7, "master")
    assert found["deadline"]["at"] == "2026-03-30T06:00:00+00:00"
    assert sum(each["runs"] for each in found["histogram"]) == 5
    assert run(*command, "--at", "2026-03-30T05:00", "--seed", "7").out == done.out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--runs", "5"], 2, "--runs requires --durations FILE; sfnorch history --save creates the file."),
        (["--deadline", "3h"], 2, "--deadline requires --durations FILE"),
        (["--durations", "d.yaml", "--runs", "0"], 2, "--runs 0: expected a number from 1 to 100,000."),
        (["--durations", "d.yaml", "--deadline", "soon"], 2, "'soon' is neither a time such as 06:00 nor a duration"),
        (["--durations", "d.yaml", "--deadline", "06:00"], 2, "--deadline 06:00 requires the start time of the run;"),
        (["--durations", "d.yaml", "--second-run", "5m"], 2, "--second-run is not supported with a forecast."),
        (["--durations", "none.yaml"], 1, "The durations file none.yaml does not exist"),
        (["--durations", "empty.yaml"], 1, "empty.yaml: no job has a recorded run"),
        (["--durations", "d.yaml", "--duration", "nobody=5m"], 2, "--duration: unknown job 'nobody'"),
    ],
)
def test_wrong_options(run: Run, arguments: list[str], code: int, told: str):
    Path("sfnorch.yaml").write_text(PLAN)
    Path("d.yaml").write_text(DURATIONS)
    Path("empty.yaml").write_text("version: 1\njobs: {}\n")
    done = run("simulate", *arguments)
    assert (done.code, done.out) == (code, "")
    assert told in done.err


def convert_times(value: object) -> object:
    """What a service answers, with its times as numbers."""
    if isinstance(value, dict):
        return {key: convert_times(item) for key, item in value.items()}
    if isinstance(value, list):
        return [convert_times(item) for item in value]
    return value.timestamp() if hasattr(value, "timestamp") else value


def test_the_history_of_a_stack(run: Run, wire: Wire, account: Account):
    Path("t.yaml").write_text(TEMPLATE)
    assert run("deploy", "--template", "t.yaml", "--stack-name", "etl", "--yes").code == 0
    answers = {
        "ListExecutions": {"executions": [execution(1, "FAILED"), execution(0)]},
        "ListJobs": {"JobNames": ["load"]},
        "GetJobRuns": {"JobRuns": [job_run(1, 200), job_run(0)]},
    }

    def answer(operation: str, _: bytes) -> Answer | None:
        found = answers.get(operation)
        return None if found is None else json_answer(convert_times(found))  # type: ignore[arg-type]

    wire.answer = answer
    done = run("history", "--stack-name", "etl", "--save", "d.yaml", "--output", "json")
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    assert (found["machines"][0]["executions"], found["missing"], found["saved"]) == (2, ["clean", "gone"], "d.yaml")
    assert [(job["job"], job["median"], job["p90"]) for job in found["jobs"]] == [("load", 100, 200)]
    assert "seconds: [100.0, 200.0]" in Path("d.yaml").read_text()
    assert run("simulate", "t.yaml", "--durations", "d.yaml", "--runs", "2").code == 0
    done = run("history", "--stack-name", "etl")
    assert "warning: Glue has no job clean" in done.out
    done = run("history", "--stack-name", "etl", "--save", "no-folder/d.yaml")
    assert (done.code, done.err) == (
        1,
        "Error: no-folder/d.yaml can't be written: No such file or directory; create the folder first\n",
    )
    assert "warning: Glue has no job clean" in done.out


def test_a_stack_without_a_history(run: Run, account: Account):
    Path("t.yaml").write_text(TOPIC)
    assert run("deploy", "--template", "t.yaml", "--stack-name", "s", "--yes").code == 0
    done = run("history", "--stack-name", "s")
    assert (done.code, done.out) == (1, "")
    assert "The stack s has no state machine" in done.err
    done = run("history", "--stack-name", "s", "--last", "0")
    assert (done.code, done.out) == (2, "")
    assert "--last 0: must be at least 1." in done.err
