"""`backfill: true`: which plans can have it, and the state machine that it adds."""

from __future__ import annotations

import pytest

from sfnorch.patterns import build_workflow
from sfnorch.plan.errors import PlanError
from sfnorch.plan.load import parse_plan

CHILDREN = "pattern: master-child\nchildren:\n- {name: orders, jobs: [a]}\n"


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (
            "pattern: continuous\nworkflow: w\nbackfill: true\n",
            "backfill: a continuous plan has no runs for dates; remove backfill, or choose another pattern",
        ),
        (
            "pattern: fan-out\nitems: input\njobs: [a]\nbackfill: true\n",
            "backfill: a backfill has no items in its input; remove backfill, or use items in S3 or in the plan",
        ),
        (
            "pattern: master-child\nbackfill: true\nchildren:\n- {name: a, jobs: [a]}\n- {name: Backfill, jobs: [a]}\n",
            "children[1].name: 'Backfill' is reserved for the state machine of backfills; choose another name",
        ),
    ],
)
def test_a_plan_that_cannot_have_backfills(plan: str, message: str):
    with pytest.raises(PlanError) as caught:
        parse_plan(plan)
    assert message in str(caught.value)


def test_a_dynamic_plan_has_no_such_key():
    with pytest.raises(PlanError, match="unknown key 'backfill'"):
        parse_plan("pattern: dynamic\nbackfill: true\n")


def test_a_child_can_have_the_name_in_a_plan_without_backfills():
    plan = parse_plan(CHILDREN.replace("orders", "backfill"))
    assert [machine.name for machine in build_workflow(plan).machines] == ["master", "backfill"]


@pytest.mark.parametrize(
    ("plan", "machines"),
    [
        (CHILDREN, ["Master", "Orders", "Backfill"]),
        ("pattern: dag\ntasks:\n- {name: a, glue_job: a}\n", ["Master", "Task", "Backfill"]),
        ("pattern: flow\nsteps:\n- {name: a, glue_job: a}\n", ["", "Backfill"]),
        ("pattern: fan-out\nitems: [a]\njobs: [a]\n", ["", "Backfill"]),
    ],
)
@pytest.mark.parametrize("notify", ["never", "failure", "always"])
def test_the_machine_is_the_last_one(plan: str, machines: list[str], notify: str):
    workflow = build_workflow(parse_plan(f"{plan}backfill: true\nnotify: {notify}\n"))
    assert [machine.key for machine in workflow.machines] == machines
    names = [output.name for output in workflow.outputs]
    assert "BackfillStateMachineArn" in names
    told = any("sns:Publish" in permission.actions for permission in workflow.machines[-1].permissions)
    assert told == (notify != "never")
    without = build_workflow(parse_plan(f"{plan}notify: {notify}\n"))
    assert [machine.key for machine in without.machines] == machines[:-1]
