"""The child execution of an item: it runs the jobs in sequence, and ends with the flat cause of the job that failed.

An item of a resumed execution begins with the job that failed: `done` is the number of jobs that have already run. All
names of states in a definition differ, so the states of the remaining items have another ending.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sfnorch.asl import (
    AnyState,
    Choice,
    ChoiceRule,
    Graph,
    Pass,
    Substitution,
    Succeed,
    Task,
    Value,
    chain_states,
    jsonata,
)
from sfnorch.integrations import glue_job
from sfnorch.patterns import job_failure
from sfnorch.patterns.fan_out.item_expressions import bind_arguments
from sfnorch.patterns.fan_out.items import build_selection, name_item
from sfnorch.patterns.job_arguments import convert_arguments
from sfnorch.patterns.state_names import build_state_names
from sfnorch.protocol.fan_out import BatchState, FanOutState, ItemState, ItemVariable
from sfnorch.protocol.job_list import JobListVariable
from sfnorch.protocol.run_context import RunState
from sfnorch.protocol.states import SharedState, list_names
from sfnorch.workflow import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfnorch.asl import Expression, Linkable
    from sfnorch.plan.models.fan_out import ItemChain


class ChainOwner(NamedTuple):
    """What the plan adds to a chain: arguments that every job run gets, and the name of the child that has the chain.

    The name is empty for the chain of a fan-out that is not a child.
    """

    run_arguments: Mapping[str, str]
    child: str = ""


CONTROL_STATES = list_names(FanOutState, BatchState, ItemState, SharedState, RunState)
"""The names of the states that do not belong to a job."""

MOST_NAME = 256
"""The number of characters of the name of an item in a batch, whose outcomes together must fit into 256 KiB."""


def build_item(chain: ItemChain, owner: ChainOwner, ending: str) -> Graph:
    """Return the states that run the jobs of an item; `ending` follows each name of a state."""
    jobs, selection = _build_job_states(chain, owner, ending), build_selection(chain)
    states: list[AnyState] = [
        _describe_item(chain, owner, ending),
        _choose_start(chain, [job.name for job in jobs], selection, ending),
        *jobs,
        Succeed(name=ItemState.ITEM_DONE + ending, output=_describe_success(chain)),
        *([_build_skip_state(ending)] if selection else []),
        job_failure.fail_with_cause(
            ItemState.ITEM_FAILED + ending, owner=jsonata('"item": $itemName, "done": $done, "run": $itemRun.id,')
        ),
    ]
    return Graph(*states)


def _describe_item(chain: ItemChain, owner: ChainOwner, ending: str) -> Pass:
    assign: dict[str, Value] = {
        ItemVariable.ITEM: jsonata("$states.input.item"),
        ItemVariable.ENVIRONMENT: Substitution(ENVIRONMENT),
        ItemVariable.PARAMS: jsonata("$states.input.params"),
        ItemVariable.RUN: jsonata("$states.input.run"),
        **({ItemVariable.CHILD: owner.child} if owner.child else {}),
        JobListVariable.JOBS: [job.name for job in chain.jobs],
        JobListVariable.DONE: jsonata("$states.input.done"),
    }
    return Pass(name=ItemState.DESCRIBE_ITEM + ending, assign=assign, output={}, next=ItemState.CHOOSE_START + ending)


def _choose_start(chain: ItemChain, jobs: list[str], selection: Expression | None, ending: str) -> Choice:
    """Return the state that names the item, and chooses the job with which it begins."""
    name = name_item(chain, within_item=True)
    if chain.batch is not None:
        name = jsonata("$substring(<{name}>, 0, <<most>>)", name=name, most=MOST_NAME)
    named: dict[str, Value] = {ItemVariable.ITEM_NAME: name, JobListVariable.THREAD_ID: name}
    rules = [
        ChoiceRule(condition=jsonata("$done = <<index>>", index=index), assign=named, next=job)
        for index, job in enumerate(jobs)
        if index
    ]
    if selection is not None:
        rules.insert(0, ChoiceRule(condition=selection, assign=named, next=ItemState.SKIP_ITEM + ending))
    if not rules:  # a Choice needs a rule
        rules.append(ChoiceRule(condition=jsonata("$done = 0"), assign=named, next=jobs[0]))
    return Choice(name=ItemState.CHOOSE_START + ending, rules=tuple(rules), assign=named, default=jobs[0])


def _describe_success(chain: ItemChain) -> Expression:
    if chain.batch is not None:  # the execution began with another item
        return jsonata('{"item": $itemName, "jobCount": $count($jobs)}')
    return jsonata(
        '{"item": $itemName, "jobCount": $count($jobs), "seconds": <{seconds}>}', seconds=job_failure.SECONDS
    )


def _build_skip_state(ending: str) -> Succeed:
    return Succeed(name=ItemState.SKIP_ITEM + ending, output=jsonata('{"item": $itemName, "skipped": true}'))


def _build_job_states(chain: ItemChain, owner: ChainOwner, ending: str) -> tuple[Linkable, ...]:
    names = build_state_names((job.name + ending for job in chain.jobs), taken=CONTROL_STATES)
    arguments = [convert_arguments(bind_arguments({**owner.run_arguments, **job.arguments})) for job in chain.jobs]
    tasks: list[Task] = [
        glue_job.run_job(
            name,
            arguments=glue_job.start_arguments(job, job.name, given),
            retries=job.retries,
            catch=job_failure.catch_any_error(ItemState.ITEM_FAILED + ending),
            assign={JobListVariable.DONE: jsonata("$done + 1")},
            output=jsonata("{}"),
        )
        for name, job, given in zip(names, chain.jobs, arguments, strict=True)
    ]
    return chain_states(tasks, then=ItemState.ITEM_DONE + ending)
