"""The recorded executions and job runs of a stack: pages, throttling, and what becomes of each state of a run."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from sfnorch.app.reading_history import read_history
from sfnorch.console import Console
from sfnorch.documents import add_version
from sfnorch.errors import RequestError, SfnorchError
from sfnorch.job_history.files import choose_quantiles, format_durations, parse_durations, read_durations
from sfnorch.report.history import convert_history, print_history
from sfnorch.source import SourceError
from tests.histories import PREFIX, StubbedAccount, execution, job_run
from tests.json_documents import check_document


def make_account() -> StubbedAccount:
    """Three nights: two pages of executions, of which one runs, and of the runs of a job."""
    aws = StubbedAccount()
    aws.add_stack()
    machine = f"{PREFIX}:stateMachine:etl-master"
    first = {"executions": [execution(9, "RUNNING"), execution(3)], "nextToken": "t"}
    aws.add("stepfunctions", "list_executions", first, {"stateMachineArn": machine, "maxResults": 1000})
    second = {"executions": [execution(2, "FAILED", 5), execution(1, minutes=20), execution(0)]}
    aws.add("stepfunctions", "list_executions", second)
    aws.add("glue", "list_jobs", {"JobNames": ["load", "clean", "other"]})
    never = [job_run(2, 30, "FAILED", DPUSeconds=50.0), job_run(1, 40, "TIMEOUT", DPUSeconds=70.0)]
    aws.add("glue", "get_job_runs", {"JobRuns": never}, {"JobName": "clean", "MaxResults": 200})
    page = [job_run(9, status="RUNNING"), job_run(3, 300), job_run(3, 5, "STOPPED"), job_run(2, 20, "FAILED")]
    aws.add("glue", "get_job_runs", {"JobRuns": page, "NextToken": "n"}, {"JobName": "load", "MaxResults": 200})
    aws.stubbers["glue"].add_client_error("get_job_runs", "ThrottlingException", "Rate exceeded", 400)
    rest = {"JobRuns": [job_run(1, 100), job_run(0, 999)], "NextToken": "not asked for"}
    aws.add("glue", "get_job_runs", rest, {"JobName": "load", "MaxResults": 200, "NextToken": "n"})
    return aws


def test_the_last_executions_and_the_runs_since_then():
    aws, steps = make_account(), []
    found = read_history(
        "etl", aws.account, last_executions=3, on_progress=lambda done, jobs: steps.append((done, jobs))
    )
    aws.check()
    assert (found.since, found.missing, steps) == (execution(1)["startDate"], ("gone",), [(1, 2), (2, 2)])
    assert len(aws.waited) == 1
    (machine,) = found.machines
    assert (machine.title, machine.statuses, machine.seconds) == (
        "master",
        ("SUCCEEDED", "FAILED", "SUCCEEDED"),
        (600, 1200),
    )
    clean, load = found.jobs
    assert (load.history.runs, load.history.succeeded, load.stopped, load.seconds) == (3, 2, 1, (100, 300))
    assert (load.history.failed_seconds, load.history.total_seconds) == ([20], 420)
    assert load.history.dpu_seconds == (90 + 290 + 10) * 5 * 2
    assert (load.history.worker_type, load.history.workers, load.history.glue_version) == ("G.2X", 5, "5.0")
    assert (clean.history.runs, clean.history.succeeded, clean.history.dpu_seconds) == (2, 0, 120)


def test_what_is_shown_and_saved():
    found = read_history("etl", make_account().account, last_executions=3)

    check_document(["history", "--output", "json"], json.dumps(add_version(convert_history(found, "d.yaml"))))
    console = Console(record=True, width=120, file=io.StringIO())
    print_history(found, console)
    told = [line.rstrip() for line in console.export_text().splitlines()]
    assert told[1:] == [
        "",
        "MACHINE  EXECUTIONS  SUCCEEDED  MEDIAN  P90",
        "master            3      66.7%     10m  20m",
        "",
        "JOB    RUNS  SUCCEEDED  MEDIAN  P90  WORKERS  GLUE  DPU-SECONDS",
        "clean     2         0%                5 G.2X   5.0          120",
        "load      3      66.7%  01m40s  05m   5 G.2X   5.0        3,900",
        "warning: Glue has no job gone",
    ]
    document = found.build_durations()
    assert parse_durations(format_durations(document), "d.yaml") == document


def test_without_executions_or_runs():
    aws = StubbedAccount()
    aws.add_stack()
    aws.add("stepfunctions", "list_executions", {"executions": [execution(0, "RUNNING")]})
    with pytest.raises(SfnorchError, match="The stack etl has no execution that has ended"):
        read_history("etl", aws.account)
    aws = StubbedAccount()
    aws.add_stack()
    aws.stubbers["stepfunctions"].add_client_error("list_executions", "StateMachineTypeNotSupported")
    with pytest.raises(SfnorchError, match="no execution that has ended") as caught:
        read_history("etl", aws.account)
    assert "Express" in caught.value.hint
    aws = StubbedAccount()
    aws.add_stack()
    aws.add("stepfunctions", "list_executions", {"executions": [execution(0)]})
    aws.add("glue", "list_jobs", {"JobNames": ["load"]})
    aws.stubbers["glue"].add_client_error("get_job_runs", "EntityNotFoundException")
    found = read_history("etl", aws.account)
    assert [(job.name, job.history.runs) for job in found.jobs] == [("load", 0)]
    with pytest.raises(SfnorchError, match="No Glue job of the stack etl has a run since 2026-11-01 03:00"):
        found.build_durations()
    with pytest.raises(RequestError, match="must be at least 1"):
        read_history("etl", aws.account, last_executions=0)


def test_without_jobs_in_glue():
    aws = StubbedAccount()
    aws.add_stack()
    aws.add("stepfunctions", "list_executions", {"executions": [execution(0)]})
    aws.add("glue", "list_jobs", {"JobNames": ["other"]})
    found = read_history("etl", aws.account)
    assert found.jobs == ()
    with pytest.raises(SfnorchError, match="The stack etl has no Glue job that exists") as caught:
        found.build_durations()
    assert caught.value.hint == "create the jobs in Glue: clean, gone and load"


def test_python_shell_jobs_have_a_capacity():
    aws = StubbedAccount()
    aws.add_stack()
    aws.add("stepfunctions", "list_executions", {"executions": [execution(0)]})
    aws.add("glue", "list_jobs", {"JobNames": ["clean", "load"]})
    shell = {key: value for key, value in job_run(0, 70).items() if key not in ("WorkerType", "NumberOfWorkers")}
    aws.add("glue", "get_job_runs", {"JobRuns": [{**shell, "MaxCapacity": 0.0625}]})
    aws.add("glue", "get_job_runs", {"JobRuns": [shell, job_run(0)]})
    clean, load = read_history("etl", aws.account).jobs
    assert (clean.history.dpu_seconds, load.history.dpu_seconds) == (60 * 0.0625, None)


def test_many_durations_become_quantiles():
    many = choose_quantiles([float(n) for n in range(100_000)])
    assert len(many) == 200
    assert many[0] == 250
    assert many[100] == 50_250
    assert choose_quantiles([2.0, 1.0]) == [1, 2]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the durations file is empty"),
        ("- 1", "expected a mapping"),
        ("version: 2\njobs: {}", "version"),
        ("version: 1\njobs:\n  a: {runs: 1, succeeded: 2, seconds: [1]}", "succeeded must not be more than runs"),
        ("version: 1\njobs:\n  a: {runs: 1, succeeded: 1}", "seconds must have the durations"),
        ("version: 1\njobs:\n  a: {runs: 1, succeeded: 0}", "failed_seconds must have the durations"),
        ("version: 1\njobs:\n  a: {runs: 1, succeeded: 1, seconds: [-1]}", "line 3"),
        (
            "version: 1\njobs:\n  a: {runs: 1, succeeded: 1, seconds: [.inf]}",
            "jobs.a.seconds: expected a number, got inf",
        ),
        (
            "version: 1\njobs:\n  a: {runs: 1, succeeded: 1, seconds: [.nan]}",
            "jobs.a.seconds: expected a number, got nan",
        ),
        (
            "version: 1\njobs:\n  a: {runs: 2, succeeded: 1, seconds: [1, 2]}",
            "jobs.a: seconds must have at most 1 durations, one for each such run, got 2 (d.yaml, line 3)",
        ),
        (
            "version: 1\njobs:\n  a: {runs: 1, succeeded: 1, seconds: [1], failed_seconds: [2]}",
            "jobs.a: failed_seconds must have at most 0 durations, one for each such run, got 1 (d.yaml, line 3)",
        ),
        (
            "version: 1\njobs:\n  a: {runs: x, succeeded: 1.5, seconds: 5, workers: many}\n  b: 7",
            """jobs.a.runs: expected a whole number, got 'x' (d.yaml, line 3)
jobs.a.succeeded: expected a whole number, got 1.5 (d.yaml, line 3)
jobs.a.seconds: expected a list, got 5 (d.yaml, line 3)
jobs.a.workers: expected a whole number, got 'many' (d.yaml, line 3)
jobs.b: expected a mapping, got 7 (d.yaml, line 4)""",
        ),
        (
            "version: 1\njobs:\n  a: {runs: 1, succeeded: 1, seconds: [1]}\n  a: {runs: 2, succeeded: 2, seconds: [1]}",
            "duplicate key 'a'; the first is on line 3 (d.yaml, line 4)",
        ),
        (f"version: 1\njobs:\n  a: {{runs: {'9' * 400}, succeeded: 1, seconds: [1]}}", "is too large; must be at most"),
        ("version: 1\njobs:\n  a: {runs: 1, succeeded: 1, seconds: [1], dpu_seconds: -4}", "jobs.a.dpu_seconds: -4 is"),
        (
            "version: 1\njobs:\n  a: {runs: 1, succeeded: 1, seconds: [1], dpu_seconds: 1.0e+308, total_seconds: 1.0e-300}",
            "jobs.a: dpu_seconds divided by total_seconds must be at most 100,000 DPUs (d.yaml, line 3)",
        ),
        ("version: 1\njobs: {a: [", "this is not YAML"),
        ("version: 1\njobs:\n  a: {runs: 1, succeeded: 1, secs: [1]}", "unknown key 'secs'; did you mean seconds?"),
        ("version: 1\njobs: {a: {runs: 0, succeeded: 0}}", "no job has a recorded run"),
    ],
)
def test_invalid_files(text: str, told: str):
    with pytest.raises(SfnorchError) as caught:
        parse_durations(text, "d.yaml")
    assert told in caught.value.message
    assert "d.yaml" in caught.value.message
    assert isinstance(caught.value, SourceError) or "recorded run" in told


def test_a_file_that_does_not_exist(tmp_path: Path):
    with pytest.raises(SfnorchError) as caught:
        read_durations(tmp_path / "d.yaml")
    assert "sfnorch history --save" in caught.value.hint


def test_a_file_that_is_not_text_or_too_large(tmp_path: Path):
    path = tmp_path / "d.yaml"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(SfnorchError, match="is not UTF-8; save the durations file as UTF-8"):
        read_durations(path)
    path.write_bytes(b"#" * 16_777_217)
    with pytest.raises(SfnorchError, match=r"d\.yaml is larger than 16,777,216 bytes"):
        read_durations(path)
