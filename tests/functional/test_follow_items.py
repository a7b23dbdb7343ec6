"""A fan-out, followed to its end and shown: counts, the first failures, no row for each item, few calls."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest

from sfnorch.app.executions import ExecutionRequest
from sfnorch.app.reading_logs import read_logs
from sfnorch.app.watching import follow_executions
from sfnorch.cli.following import follow_run
from sfnorch.console import Console
from sfnorch.report.followed.titles import build_titles
from sfnorch.report.followed.tree import render_tree
from sfnorch.runs.run_tree import RunTree
from tests.fan_outs import Fake, fan_out, template_of
from tests.screens import plain_tree as plain

PLAN: dict[str, Any] = {"max_concurrency": 4, "item_name": "{% $item.table %}"}
TEMPLATE = template_of(**PLAN)
ARN = "arn:aws:states:us-east-1:123456789012:execution:stack-fan-out:e3e70682-c209-4cac-a29f-6fbed82c07cd"
CONSOLE = "https://us-east-1.console.aws.amazon.com"


def items(count: int) -> dict[str, Any]:
    return {"items": [{"table": f"t{number}"} for number in range(count)]}


def ran(count: int = 10, template: Any = TEMPLATE, **settings: Any) -> Fake:
    return Fake(template, fan_out(template, items(count), **settings), total=count)


def follow(fake: Fake, form: str = "text", timeout: float | None = None) -> int:
    account = fake.account
    return follow_run(
        lambda show: follow_executions([fake.parent.arn], account, timeout=timeout, on_event=show),
        account,
        form,
        stack_name="stack",
    )


def test_the_lines_on_a_pipe_and_the_ended_tree(capsys: pytest.CaptureFixture[str]):
    fake = ran(failing={"load": 2})
    assert follow(fake) == 3
    shown = capsys.readouterr()
    first, second = (each.run_id for each in fake.run.job_runs if each.status == "FAILED")
    assert plain(shown.err) == (
        "HH:MM:SS  fan-out  RUNNING\n"
        "HH:MM:SS  fan-out  RUNNING  10 items: 4 running, 6 pending\n"
        f"HH:MM:SS  t1  load FAILED  {second}  simulated failure (--fail)\n"
        f"HH:MM:SS  t0  load FAILED  {first}  simulated failure (--fail)\n"
        "HH:MM:SS  fan-out  RUNNING  10 items: 4 running, 2 succeeded, 2 failed, 2 pending\n"
        "HH:MM:SS  fan-out  RUNNING  10 items: 2 running, 6 succeeded, 2 failed\n"
        "HH:MM:SS  fan-out  SUCCEEDED  2 of 10 items failed\n"
    )
    t0, t1 = (each.arn for each in fake.children if each.status == "FAILED")
    logs = f"{CONSOLE}/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/$252Faws-glue$252Fjobs$252Ferror"
    assert plain(shown.out) == plain(
        "fan-out SUCCEEDED  30m\n"
        "├── run 2026-01-01-d0965fb7, date 2026-01-01\n"
        "├── 10 items: 8 succeeded, 2 failed\n"
        "├── results: s3://stack-results-xxxxxxxxxxxx/fan-out/e3e70682-c209-4cac-a29f-6fbed82c07cd/\n"
        f"├── t0 FAILED  load  {first}  simulated failure (--fail)\n"
        f"└── t1 FAILED  load  {second}  simulated failure (--fail)\n"
        "\n"
        "t0: job load FAILED\n"
        "  simulated failure (--fail)\n"
        f"  Job run: {first}\n"
        f"  Logs: {logs}$3FlogStreamNameFilter$3D{first}\n"
        f"  Execution: {CONSOLE}/states/home?region=us-east-1#/v2/executions/details/{t0}\n"
        "\n"
        "t1: job load FAILED\n"
        "  simulated failure (--fail)\n"
        f"  Job run: {second}\n"
        f"  Logs: {logs}$3FlogStreamNameFilter$3D{second}\n"
        f"  Execution: {CONSOLE}/states/home?region=us-east-1#/v2/executions/details/{t1}\n"
        "\n"
        f"Resume: sfnorch resume {ARN}\n"
    )


def test_a_fan_out_without_failures(capsys: pytest.CaptureFixture[str]):
    fake = ran(3)
    fake.end()
    assert follow(fake) == 0
    assert plain(capsys.readouterr().out) == (
        "fan-out SUCCEEDED  10m\n├── run 2026-01-01-d0965fb7, date 2026-01-01\n└── 3 items: 3 succeeded\n"
    )
    assert fake.calls == {"GetExecutionHistory": 1}  # the output has everything


def test_a_fan_out_that_was_stopped(capsys: pytest.CaptureFixture[str]):
    fake = ran(failing={"extract": 1}, until=700.0)
    fake.end()
    assert follow(fake) == 1
    (run_id,) = (each.run_id for each in fake.run.job_runs if each.status == "FAILED")
    assert plain(capsys.readouterr().out).startswith(
        "fan-out ABORTED  11m40s\n"
        "├── run 2026-01-01-d0965fb7, date 2026-01-01\n"
        "├── 10 items: 3 succeeded, 1 failed, 4 stopped, 2 pending\n"
        f"└── t0 FAILED  extract  {run_id}  simulated failure (--fail)\n"
    )


def test_a_fan_out_that_fails_by_its_plan(capsys: pytest.CaptureFixture[str]):
    fake = ran(template=template_of(on_item_failure="fail", tolerated_failures=0, **PLAN), failing={"extract": 1})
    fake.end()
    assert follow(fake, "json") == 3
    document = json.loads(capsys.readouterr().out)
    (execution,) = document["executions"]
    assert execution["error"] == "ItemsFailed"
    assert execution["message"] == ("4 of 10 items failed, 6 did not start: States.ExceedToleratedFailureThreshold")
    assert execution["items"] == {
        "total": 10, "pending": 6, "running": 0, "succeeded": 0, "failed": 4, "stopped": 0, "unread": 0,
    }  # fmt: skip
    assert next((each["item"], each["job"]) for each in document["failures"]) == ("t0", "extract")
    assert document["resume"] == [f"sfnorch resume {ARN}"]


@pytest.mark.slow
def test_few_calls_however_many_items_there_are():
    fake = ran(2_000, template_of(max_concurrency=1_000), failing={"load": 300})
    tree = RunTree(fake.account.session.stepfunctions, [fake.parent.arn], fake.clock)
    polls = sum(1 for _ in tree.follow())
    took = fake.clock.now() - datetime(2026, 1, 1, tzinfo=timezone.utc).timestamp()
    assert fake.calls["GetExecutionHistory"] == polls
    assert fake.calls["DescribeMapRun"] <= took / 5 + 1
    assert (fake.calls["ListExecutions"], fake.calls["DescribeExecution"]) == (1, 20)
    (root,) = tree.roots
    assert len(list(root.list_nodes())) == 21
    console = Console(width=100, height=100)
    with console.capture() as captured:
        console.print(render_tree(tree, build_titles(tree, "stack"), datetime.now(timezone.utc)))
    assert "└── … and 280 more failed\n" in captured.get()


def test_a_bar_at_a_terminal():
    fake = ran()
    tree = RunTree(fake.account.session.stepfunctions, [fake.parent.arn], fake.clock)
    tree.poll()
    fake.clock.sleep(700)
    tree.poll()
    console = Console(width=100, height=10)
    for height in (10, 3):
        with console.capture() as captured:
            console.print(render_tree(tree, build_titles(tree, "stack"), fake.account.now, height=height))
        (line,) = (line for line in captured.get().splitlines() if "items" in line)
        assert line[4:].rstrip() == f"{'━' * 12}{' ' * 18}  10 items: 4 running, 4 succeeded, 2 pending"


def test_the_logs_of_the_first_failures():
    fake = ran(60, template_of(max_concurrency=60), failing={"load": 30})
    fake.end()
    read = read_logs(ExecutionRequest(execution=fake.parent.arn), fake.account)
    assert len(read.runs) == 20
    assert {run.job for run in read.runs} == {"load"}
    assert read.unread_items == 10


def test_items_that_cannot_be_read_do_not_end_the_following(capsys: pytest.CaptureFixture[str]):
    fake = ran(failing={"load": 2})
    fake.refuses_map_runs = True
    assert follow(fake) == 3
    shown = capsys.readouterr()
    assert plain(shown.err).count("the items cannot be read: ") == 1
    assert "├── 10 items: 8 succeeded, 2 failed\n" in plain(shown.out)


def test_a_fan_out_in_batches_is_followed_by_items(capsys: pytest.CaptureFixture[str]):
    fake = ran(template=template_of(batch=4, **PLAN), failing={"load": 3})
    assert follow(fake) == 3
    shown = capsys.readouterr()
    lines = plain(shown.err).splitlines()
    assert "HH:MM:SS  fan-out  RUNNING  10 items: 10 running" in lines
    failed = [line.split()[1:4] for line in lines if "load FAILED" in line]
    assert sorted(failed) == [["t0", "load", "FAILED"], ["t4", "load", "FAILED"], ["t8", "load", "FAILED"]]
    assert "HH:MM:SS  fan-out  SUCCEEDED  3 of 10 items failed" in lines
    tree = plain(shown.out)
    assert "├── 10 items: 7 succeeded, 3 failed\n" in tree
    assert [line.split()[1] for line in tree.splitlines() if " FAILED  load " in line] == ["t0", "t4", "t8"]


def test_the_failed_items_of_one_batch_have_their_names(capsys: pytest.CaptureFixture[str]):
    fake = ran(6, template=template_of(batch=3, **{**PLAN, "max_concurrency": 1}), failing={"load": 2})
    fake.clock.time += 2_700
    tree = RunTree(fake.account.session.stepfunctions, [fake.parent.arn], fake.clock)
    tree.poll()
    (root,) = tree.roots
    assert root.items is not None
    assert root.items.describe() == "6 items: 3 running, 2 or more failed, 1 more in failed batches"
    assert [build_titles(tree, "stack")[node.key] for node in root.failed_items] == ["t0", "t1"]
    fake.end()
    assert follow(fake) == 3
    out = plain(capsys.readouterr().out)
    assert out.count("t0: job load FAILED") == out.count("t1: job load FAILED") == 1
