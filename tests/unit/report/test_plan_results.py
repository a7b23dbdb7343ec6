"""The table of several plans and environments, and the words in its cells."""

from __future__ import annotations

import io
from datetime import datetime, timezone
from pathlib import Path

from sfnorch.app.comparing import Difference
from sfnorch.aws.stack_machines import DeployedMachine
from sfnorch.aws.stacks import Stack
from sfnorch.aws.status import AlarmState, LastExecution, Status
from sfnorch.console import Console
from sfnorch.errors import SfnorchError
from sfnorch.report.plan_results import INTERRUPTED, PlanResult
from sfnorch.report.plan_results_table import print_plan_results
from sfnorch.report.stacks.difference import summarize_difference
from sfnorch.report.stacks.status import summarize_status
from tests.screens import plain


def moment(second: int) -> datetime:
    return datetime(2026, 1, 31, 3, 0, second, tzinfo=timezone.utc)


def table(*results: PlanResult) -> str:
    file = io.StringIO()
    print_plan_results(results, Console(file=file, width=200))
    return plain(file.getvalue())


def test_columns_that_are_empty_are_left_out():
    assert table(PlanResult(plan=Path("a.yaml"), result="deployed")) == "RESULT\ndeployed\n"
    assert table(
        PlanResult(plan=Path("a.yaml"), stack="a", result="x", cells={"UPDATED": "now"}),
        PlanResult(plan=Path("b.yaml"), environment="dev"),
    ) == (
        "PLAN    ENVIRONMENT  STACK  RESULT       UPDATED\n"
        "a.yaml               a      x            now\n"
        "b.yaml  dev                 not started\n"
    )


def test_an_error_without_a_result_is_shortened():
    one = PlanResult(plan=Path("a"), result=INTERRUPTED)
    one.end_with(SfnorchError("a\x1b" + "b" * 100), 1)
    assert table(one) == "RESULT\na\\u001b" + "b" * 57 + "…\n"
    several = PlanResult(plan=Path("a"), result=INTERRUPTED)
    several.end_with(SfnorchError("one\ntwo"), 1)
    assert table(several) == "RESULT\n2 errors\n"
    told = PlanResult(plan=Path("a"), result="failed: ROLLBACK_COMPLETE")
    told.end_with(SfnorchError("why"), 1)
    assert table(told) == "RESULT\nfailed: ROLLBACK_COMPLETE\n"


def test_the_status_is_that_of_the_main_state_machine():
    master, child = (
        DeployedMachine(logical_id=f"{name}StateMachine", arn=name, title=name.lower()) for name in ("Master", "Orders")
    )
    executions = tuple(
        LastExecution(machine=machine, arn="", name="", status=status, started=moment(second), ended=None)
        for machine, status, second in ((master, "SUCCEEDED", 0), (child, "RUNNING", 1))
    )
    alarms = tuple(
        AlarmState(title=title, name="", state=state, since=None, reason="")
        for title, state in (("master-failed", "OK"), ("orders-failed", "ALARM"))
    )
    stack = Stack(id="", name="s", status="CREATE_COMPLETE", updated=moment(0))
    cells = summarize_status(Status(stack=stack, machines=(master, child), executions=executions, alarms=alarms))
    assert {title: plain(text) for title, text in cells.items()} == {
        "UPDATED": "DATE TIME\n",
        "LAST EXECUTION": "SUCCEEDED DATE TIME\n",
        "IN ALARM": "orders-failed\n",
    }
    other = DeployedMachine(logical_id="Other", arn="Other", title="other")
    several = Status(stack=stack, machines=(other, child), executions=executions[1:], alarms=())
    assert summarize_status(several)["LAST EXECUTION"].startswith("RUNNING ")


def test_the_words_for_a_difference():
    same = {"stack": "s", "parameters": {}, "overrides": {}, "owners": {}, "change_set": None}
    assert summarize_difference(Difference(lines=(), **same)) == "no differences"  # type: ignore[arg-type]
    assert summarize_difference(Difference(lines=("+a",), **same)) == "differs"  # type: ignore[arg-type]
    refused = Difference(lines=("+a",), conflicts=("in use",), **same)  # type: ignore[arg-type]
    assert summarize_difference(refused) == "a deployment would fail"
