"""Requests that contradict themselves, and what use cases report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from sfnorch import (
    AwsAccount,
    DeployRequest,
    ExecutionRequest,
    Notice,
    OperationLeft,
    OperationProgress,
    OperationStarted,
    RequestError,
    RunRequest,
    SimulateRequest,
    StackUpdate,
    Step,
)
from sfnorch.app.account import wait_without_words
from sfnorch.app.executions import FoundExecution
from sfnorch.app.resuming import PlannedResume
from sfnorch.app.stack_updates import StackReporter
from sfnorch.app.watching import NotFollowedError, RunProgress, follow_executions
from sfnorch.aws.steps import StepAction
from sfnorch.cli.resume import _print_resumption
from sfnorch.runs.kinds.kind import Resumption
from tests.functional.following import account_of
from tests.replay import Replay


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RunRequest(stack_name="s", execution_input={}, only=["a"]), "execution_input cannot be combined with threads or only"),
        (lambda: RunRequest(stack_name="s", execution_input={}, threads={"a": ["b"]}), "execution_input cannot be combined with threads or only"),
        (lambda: RunRequest(stack_name="s", name="a b"), "name: 'a b' is not a valid name; use 1 to 80 letters, digits, hyphens and underscores"),
        (lambda: ExecutionRequest(execution="tonight"), "stack_name: required without the ARN of an execution"),
        (lambda: DeployRequest(plan=Path("p"), template=Path("t")), "template: a plan and a template exclude each other"),
        (lambda: SimulateRequest(plan=Path("p"), template=Path("t")), "template: a plan and a template exclude each other"),
        (lambda: SimulateRequest(test_case="A"), "test_case requires a file of mocks"),
        (lambda: SimulateRequest(second_run=-1.0), "second_run must not be negative"),
        (lambda: SimulateRequest(stop_after=-1.0), "stop_after must not be negative"),
        (lambda: SimulateRequest(execution_input=[float("nan")]), "execution_input: invalid JSON: Out of range float values are not JSON compliant"),
        (lambda: SimulateRequest(execution_input={"a": Path()}), "execution_input: invalid JSON: Object of type PosixPath is not JSON serializable"),
        (lambda: SimulateRequest(execution_input="x" * 262_143), "execution_input: the input has more than 262,144 bytes"),
        (lambda: DeployRequest(supersede=True), "supersede: requires a change set that is not executed"),
        (lambda: DeployRequest(tags={"aws:x": "y"}), "tags: "),
        (lambda: DeployRequest(express=True, on_failure="delete"), 'on_failure: express mode requires "rollback" or "keep"'),
    ],
)  # fmt: skip
def test_a_request_that_contradicts_itself(make: Callable[[], object], message: str):
    with pytest.raises(RequestError) as error:
        make()
    assert str(error.value).startswith(message)
    assert message.startswith(error.value.place)
    assert error.value.place


def test_a_resumed_run_keeps_its_parameters_id_and_date(capsys: pytest.CaptureFixture[str]):
    account = AwsAccount()
    found = FoundExecution(arn="arn:1", machine_arn="arn:2", account=account)
    run: dict[str, Any] = {
        "id": "2026-03-29-ab",
        "date": "2026-03-29",
        "scheduledAt": "2026-03-29T01:00:00Z",
        "attempt": 2,
    }
    resumption = Resumption(input={"params": {"mode": "full"}, "run": run}, jobs={"orders": ["load"]})
    planned = PlannedResume(found=found, resumption=resumption)
    assert (planned.run, planned.params) == (run, {"mode": "full"})
    _print_resumption(planned)
    assert capsys.readouterr().err == (
        "run 2026-03-29-ab, date 2026-03-29, scheduled for 2026-03-29T01:00:00Z, attempt 2\nparameters: mode=full\n"
        "orders: load\n"
    )
    plain = PlannedResume(found=found, resumption=Resumption(input={}, jobs={}))
    assert (plain.run, plain.params) == ({}, {})


def test_an_account_moves_to_the_region_of_an_execution():
    account = AwsAccount(region="eu-central-1", profile="p")
    assert account.move_to("") is account.move_to("eu-central-1") is account
    moved = account.move_to("us-east-1")
    assert (moved.region, moved.profile, account.region) == ("us-east-1", "p", "eu-central-1")
    stubbed = account_of(Replay.of("failed"))
    assert stubbed.move_to("us-east-1") is stubbed


def test_the_time_of_an_account_is_that_of_its_clock():
    account = account_of(Replay.of("failed"))
    assert account.now == datetime.fromtimestamp(account.clock.now(), timezone.utc)


def test_an_operation_that_is_left_by_an_error():
    events: list[StackUpdate] = []

    def batches() -> Any:
        yield ()
        raise KeyboardInterrupt

    reporter = StackReporter(wait_without_words, events.append)
    reporter.show_line("now")
    with pytest.raises(KeyboardInterrupt):
        reporter.show_events(batches(), 3)
    assert events == [Notice("now"), OperationStarted(3), OperationProgress(()), OperationLeft()]
    assert not reporter.confirm_step(Step(verb=StepAction.REVIEW))


def test_a_run_reports_its_progress_and_its_end():
    replay = Replay.of("failed")
    seen: list[RunProgress] = []
    result = follow_executions(replay.roots, account_of(replay), on_event=seen.append)
    assert all(progress.tree is result.tree for progress in seen)
    changes = [(news.change.job, news.change.status) for progress in seen for news in progress.news]
    assert (changes[0], changes[-1][0]) == (("", "RUNNING"), "")
    assert (result.end, result.resumable) == ("work_failed", tuple(replay.roots))


def test_a_run_after_its_timeout_and_one_that_is_interrupted():
    replay = Replay.of("failed")
    result = follow_executions(replay.roots, account_of(replay), timeout=1.0)
    assert (result.end, result.resumable) == ("running", ())

    def interrupt(progress: RunProgress) -> None:
        raise KeyboardInterrupt

    replay = Replay.of("failed")
    with pytest.raises(NotFollowedError, match="continues in AWS and is no longer followed") as error:
        follow_executions(replay.roots, account_of(replay), on_event=interrupt)
    assert [root.arn for root in error.value.tree.roots] == replay.roots
    assert f"sfnorch watch {replay.roots[0]}" in error.value.hint
