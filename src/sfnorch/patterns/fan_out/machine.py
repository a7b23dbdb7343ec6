"""The parent of a fan-out: it runs the items by a distributed Map, waits, counts, and reports what failed.

Its history has fewer than 100 events, whatever the number of items.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.asl import (
    AnyState,
    Choice,
    ChoiceRule,
    DistributedMap,
    Fail,
    Graph,
    ItemReader,
    Pass,
    ResultWriter,
    Substitution,
    Value,
    jsonata,
)
from sfnorch.integrations import alarm_state, glue_job, map_run, notification
from sfnorch.patterns.fan_out.batch import build_processor
from sfnorch.patterns.fan_out.failures import build_counting_states, build_failure_states, list_counts
from sfnorch.patterns.fan_out.items import (
    assign_items,
    build_items,
    build_reader,
    check_items,
    list_item_permissions,
)
from sfnorch.patterns.job_failure import catch_any_error
from sfnorch.patterns.message import assign_names, bind_names
from sfnorch.patterns.overlap.states import list_lock_permissions
from sfnorch.patterns.run_context.states import bind_run_names, build_invalid_parameters_states, build_run_states
from sfnorch.patterns.stack_parameters import RESULTS
from sfnorch.protocol.fan_out import (
    LABEL,
    MACHINE,
    REMAINING_LABEL,
    RESULTS_PREFIX,
    FanOutState,
    FanOutVariable,
)
from sfnorch.protocol.states import INVALID_INPUT_ERROR, SharedState
from sfnorch.workflow import Alarm, ResultsBucket, StackName, StateMachine

if TYPE_CHECKING:
    from sfnorch.plan.models.fan_out import FanOutPlan

_BUCKET = Substitution(RESULTS)


def build_machine(plan: FanOutPlan) -> StateMachine:
    """Return the state machine of a fan-out."""
    alarm_name = StackName(f"{MACHINE}-failed")
    notifies = plan.notify != "never"
    jobs = plan.job_names
    return StateMachine(
        key="",
        name=MACHINE,
        physical_name=StackName(MACHINE),
        graph=_build_graph(plan),
        substitutions={
            "AlarmName": alarm_name,
            RESULTS: ResultsBucket(),
            **(bind_names(plan) if notifies else {}),
            **bind_run_names(plan),
        },
        permissions=(
            *map_run.list_permissions(StackName(MACHINE)),
            *map_run.list_writer_permissions(RESULTS_PREFIX),
            *list_item_permissions(plan),
            *glue_job.list_permissions(jobs),
            *alarm_state.list_permissions(alarm_name),
            *(notification.list_permissions() if notifies else ()),
            *list_lock_permissions(plan, MACHINE),
        ),
        alarm=Alarm(name=alarm_name, description="Items failed"),
        runs=f"runs {len(plan.jobs)} jobs for every item",
        place="jobs",
    )


def _build_graph(plan: FanOutPlan) -> Graph:
    states: list[AnyState] = [
        *build_run_states(plan, FanOutState.RESOLVE_ITEMS),
        _resolve(plan),
        _check(plan),
        _run_items(plan),
        _run_remaining(plan),
        *build_counting_states(plan),
        *build_failure_states(plan),
        *([_refuse()] if plan.items.input else []),
        *build_invalid_parameters_states(plan),
    ]
    return Graph(*states, comment="Runs the jobs of the plan for every item of a list.")


def _resolve(plan: FanOutPlan) -> Pass:
    assign: dict[str, Value] = {
        **(assign_names(plan) if plan.notify != "never" else {}),
        **assign_items(plan),
        FanOutVariable.REMAINING: jsonata("$exists($states.input.remaining) ? $states.input.remaining : null"),
        FanOutVariable.BUCKET: _BUCKET,
        FanOutVariable.RESULTS: jsonata('<<prefix>> & "/" & $states.context.Execution.Name', prefix=RESULTS_PREFIX),
        FanOutVariable.MAP_RUN: jsonata("null"),
        FanOutVariable.COUNTS: dict.fromkeys(list_counts(plan), 0),
        FanOutVariable.FAILURES: [],
        FanOutVariable.ERROR: jsonata("null"),
        FanOutVariable.SUMMARY: "",
    }
    return Pass(name=FanOutState.RESOLVE_ITEMS, assign=assign, output={}, next=FanOutState.CHECK_ITEMS)


def _check(plan: FanOutPlan) -> Choice:
    """Return the state that chooses the items: those of a resumed execution, or those of the plan."""
    resumed = ChoiceRule(condition=jsonata("$remaining != null"), next=FanOutState.RUN_REMAINING)
    if not plan.items.input:
        return Choice(name=FanOutState.CHECK_ITEMS, rules=(resumed,), default=FanOutState.RUN_ITEMS)
    valid = ChoiceRule(condition=check_items(plan), next=FanOutState.RUN_ITEMS)
    return Choice(name=FanOutState.CHECK_ITEMS, rules=(resumed, valid), default=SharedState.INVALID_INPUT)


def _run_items(plan: FanOutPlan) -> DistributedMap:
    value = jsonata("$states.context.Map.Item.Value")
    return _run(
        plan,
        FanOutState.RUN_ITEMS,
        LABEL,
        items=build_items(plan),
        reader=build_reader(plan),
        selector={"item": value, "done": 0},
        ending="",
    )


def _run_remaining(plan: FanOutPlan) -> DistributedMap:
    reader = ItemReader(
        "s3:getObject",
        {"Bucket": jsonata("$remaining.bucket"), "Key": jsonata("$remaining.key")},
        {"InputType": "JSON"},
    )
    selector: dict[str, Value] = {
        "item": jsonata("$states.context.Map.Item.Value.item"),
        "done": jsonata("$states.context.Map.Item.Value.done"),
    }
    return _run(
        plan, FanOutState.RUN_REMAINING, REMAINING_LABEL, items=None, reader=reader, selector=selector, ending=" again"
    )


def _run(
    plan: FanOutPlan,
    name: str,
    label: str,
    *,
    items: Value,
    reader: ItemReader | None,
    selector: dict[str, Value],
    ending: str,
) -> DistributedMap:
    tolerated = plan.tolerated_failures
    is_share = isinstance(tolerated, str)
    common: dict[str, Value] = {"params": jsonata("$params"), "run": jsonata("$run")}
    return DistributedMap(
        name=name,
        label=label,
        items=items,
        reader=reader,
        item_selector=selector if plan.batch else {**selector, **common},
        batch_size=plan.batch,
        batch_input=common if plan.batch else None,
        max_concurrency=plan.max_concurrency,
        tolerated_count=None if is_share else tolerated,
        tolerated_percentage=int(tolerated.removesuffix("%")) if is_share else None,
        processor=build_processor(plan, ending),
        writer=ResultWriter(_BUCKET, jsonata("$results")),
        catch=catch_any_error(
            FanOutState.FIND_MAP_RUN, assign={FanOutVariable.ERROR: jsonata("$states.errorOutput")}, output={}
        ),
        assign={FanOutVariable.MAP_RUN: jsonata("$states.result.MapRunArn")},
        output={},
        next=FanOutState.COUNT_ITEMS,
    )


def _refuse() -> Fail:
    cause = jsonata('"items must be a list of items with different names; got " & $substring($string($items), 0, 500)')
    return Fail(name=SharedState.INVALID_INPUT, error=INVALID_INPUT_ERROR, cause=cause)
