"""The numbers of items of the last execution, as the status of a stack has them."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from sfnorch.aws.map_runs import ItemCounts
from sfnorch.aws.stack_machines import DeployedMachine
from sfnorch.aws.stacks import Stack
from sfnorch.aws.status import LastExecution, Status
from sfnorch.console import Console
from sfnorch.report.stacks.status import convert_status, print_status
from sfnorch.runs.item_counts import read_item_counts
from tests.fan_outs import Fake, fan_out, template_of

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.mark.parametrize("end", ["succeed", "fail"])
def test_an_execution_that_has_ended(end: str):
    template = template_of(on_item_failure=end)
    fake = Fake(template, fan_out(template, {"items": ["a", "b", "c"]}, failing={"load": 1}), total=3)
    fake.end()
    found = read_item_counts(fake, fake.parent.machine, fake.parent.arn, fake.clock)  # type: ignore[arg-type]
    assert found == ItemCounts(total=3, succeeded=2, failed=1)
    assert fake.calls == {"DescribeExecution": 1}


def test_one_that_runs():
    template = template_of(max_concurrency=2)
    fake = Fake(template, fan_out(template, {"items": ["a", "b", "c"]}), total=3)
    fake.clock.sleep(400)
    found = read_item_counts(fake, fake.parent.machine, fake.parent.arn, fake.clock)  # type: ignore[arg-type]
    assert found == ItemCounts(total=3, running=2, pending=1)


def test_the_status_of_a_stack():
    machine = DeployedMachine(logical_id="StateMachine", arn="arn:m", title="fan-out")
    counts = ItemCounts(total=1_200, running=40, succeeded=1_000, failed=5, pending=155)
    execution = LastExecution(
        machine=machine, arn="arn:e", name="r1", status="RUNNING", started=NOW, ended=None, items=counts
    )
    stack = Stack(id="arn:s", name="etl", status="CREATE_COMPLETE", reason="", parameters={}, outputs={})
    status = Status(stack=stack, machines=(machine,), executions=(execution,), alarms=())
    console = Console(width=140)
    with console.capture() as captured:
        print_status(status, console, NOW)
    assert "ITEMS" in captured.get()
    assert "1,200 items: 40 running, 1,000 succeeded, 5 failed, 155 pending" in captured.get()
    (row,) = convert_status(status)["executions"]
    assert row["items"] == {
        "total": 1_200, "pending": 155, "running": 40, "succeeded": 1_000, "failed": 5, "stopped": 0, "unread": 0,
    }  # fmt: skip
