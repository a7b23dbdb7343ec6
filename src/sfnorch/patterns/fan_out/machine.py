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
from sfnorch.patterns.fan_out.failures import build_counting_states, build_ending_states, list_counts
from sfnorch.patterns.fan_out.item import ChainOwner
from sfnorch.patterns.fan_out.items import (
    assign_items,
    build_items,
    build_reader,
    check_items,
    list_item_permissions,
)
from sfnorch.patterns.job_arguments import list_run_arguments
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
from sfnorch.workflow import Alarm, Permission, ResultsBucket, StackName, StateMachine

if TYPE_CHECKING:
    from sfnorch.plan.models.fan_out import FanOutPlan, ItemChain

_BUCKET = Substitution(RESULTS)

WRONG_ITEMS = jsonata(
    '"items must be a list of items with different names; got " & $substring($string($items), 0, 500)'
)
"""The cause of an execution with wrong items in its input."""


def build_machine(plan: FanOutPlan) -> StateMachine:
    """Return the state machine of a fan-out."""
    alarm_name = StackName(f"{MACHINE}-failed")
    notifies = plan.notify != "never"
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
            *list_chain_permissions(plan, StackName(MACHINE)),
            *alarm_state.list_permissions(alarm_name),
            *(notification.list_permissions() if notifies else ()),
            *list_lock_permissions(plan, MACHINE),
        ),
        alarm=Alarm(name=alarm_name, description="Items failed"),
        runs=describe_chain(plan),
        place="jobs",
    )


def describe_chain(chain: ItemChain) -> str:
    """Return what the state machine of the chain runs, in words."""
    return f"runs {'1 job' if len(chain.jobs) == 1 else f'{len(chain.jobs)} jobs'} for every item"


def _build_graph(plan: FanOutPlan) -> Graph:
    states: list[AnyState] = [
        *build_run_states(plan, FanOutState.RESOLVE_ITEMS),
        _resolve(plan),
        _check(plan),
        *build_map_states(plan, ChainOwner(list_run_arguments(plan))),
        *build_counting_states(plan),
        *build_ending_states(plan),
        *([_refuse()] if plan.items.input else []),
        *build_invalid_parameters_states(plan),
    ]
    return Graph(*states, comment="Runs the jobs of the plan for every item of a list.")


def _resolve(plan: FanOutPlan) -> Pass:
    assign: dict[str, Value] = {
        **(assign_names(plan) if plan.notify != "never" else {}),
        **assign_chain(plan),
    }
    return Pass(name=FanOutState.RESOLVE_ITEMS, assign=assign, output={}, next=FanOutState.CHECK_ITEMS)


def assign_chain(chain: ItemChain) -> dict[str, Value]:
    """Return the variables of a chain for every item, as they are before the items run."""
    return {
        **assign_items(chain),
        FanOutVariable.REMAINING: jsonata("$exists($states.input.remaining) ? $states.input.remaining : null"),
        FanOutVariable.BUCKET: _BUCKET,
        FanOutVariable.RESULTS: jsonata('<<prefix>> & "/" & $states.context.Execution.Name', prefix=RESULTS_PREFIX),
        FanOutVariable.MAP_RUN: jsonata("null"),
        FanOutVariable.COUNTS: dict.fromkeys(list_counts(chain), 0),
        FanOutVariable.FAILURES: [],
        FanOutVariable.ERROR: jsonata("null"),
        FanOutVariable.SUMMARY: "",
    }


def _check(plan: FanOutPlan) -> Choice:
    """Return the state that chooses the items: those of a resumed execution, or those of the plan."""
    rules, default = choose_items(plan)
    return Choice(name=FanOutState.CHECK_ITEMS, rules=rules, default=default)


def choose_items(chain: ItemChain) -> tuple[tuple[ChoiceRule, ...], str]:
    """Return the rules that choose the items, those of a resumed execution or those of the plan, and the default."""
    resumed = ChoiceRule(condition=jsonata("$remaining != null"), next=FanOutState.RUN_REMAINING)
    if not chain.items.input:
        return (resumed,), FanOutState.RUN_ITEMS
    return (resumed, ChoiceRule(condition=check_items(chain), next=FanOutState.RUN_ITEMS)), SharedState.INVALID_INPUT


def build_map_states(chain: ItemChain, owner: ChainOwner) -> tuple[DistributedMap, DistributedMap]:
    """Return the states that run the items of the plan, and the remaining items of a resumed execution."""
    return _run_items(chain, owner), _run_remaining(chain, owner)


def list_chain_permissions(chain: ItemChain, machine: StackName) -> tuple[Permission, ...]:
    """Return the permissions of a state machine of this name to run the items and their jobs, and to read the rest."""
    return (
        *map_run.list_permissions(machine),
        *map_run.list_writer_permissions(RESULTS_PREFIX),
        *list_item_permissions(chain),
        *glue_job.list_permissions(dict.fromkeys(job.name for job in chain.jobs)),
    )


def _run_items(chain: ItemChain, owner: ChainOwner) -> DistributedMap:
    value = jsonata("$states.context.Map.Item.Value")
    return _run(
        chain,
        owner,
        FanOutState.RUN_ITEMS,
        LABEL,
        items=build_items(chain),
        reader=build_reader(chain),
        selector={"item": value, "done": 0},
        ending="",
    )


def _run_remaining(chain: ItemChain, owner: ChainOwner) -> DistributedMap:
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
        chain,
        owner,
        FanOutState.RUN_REMAINING,
        REMAINING_LABEL,
        items=None,
        reader=reader,
        selector=selector,
        ending=" again",
    )


def _run(
    chain: ItemChain,
    owner: ChainOwner,
    name: str,
    label: str,
    *,
    items: Value,
    reader: ItemReader | None,
    selector: dict[str, Value],
    ending: str,
) -> DistributedMap:
    tolerated = chain.tolerated_failures
    is_share = isinstance(tolerated, str)
    common: dict[str, Value] = {"params": jsonata("$params"), "run": jsonata("$run")}
    return DistributedMap(
        name=name,
        label=label,
        items=items,
        reader=reader,
        item_selector=selector if chain.batch else {**selector, **common},
        batch_size=chain.batch,
        batch_input=common if chain.batch else None,
        max_concurrency=chain.max_concurrency,
        tolerated_count=None if is_share else tolerated,
        tolerated_percentage=int(tolerated.removesuffix("%")) if is_share else None,
        processor=build_processor(chain, owner, ending),
        writer=ResultWriter(_BUCKET, jsonata("$results")),
        catch=catch_any_error(
            FanOutState.FIND_MAP_RUN, assign={FanOutVariable.ERROR: jsonata("$states.errorOutput")}, output={}
        ),
        assign={FanOutVariable.MAP_RUN: jsonata("$states.result.MapRunArn")},
        output={},
        next=FanOutState.COUNT_ITEMS,
    )


def _refuse() -> Fail:
    return Fail(name=SharedState.INVALID_INPUT, error=INVALID_INPUT_ERROR, cause=WRONG_ITEMS)
