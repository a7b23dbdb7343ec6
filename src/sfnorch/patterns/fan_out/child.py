"""A child of a master that is a fan-out: it runs its items as a fan-out does, and reports to the master.

It sends no notification: the master does, with those of the other children.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.asl import (
    Choice,
    ChoiceRule,
    Fail,
    Graph,
    Pass,
    Succeed,
    Value,
    jsonata,
    read_program,
)
from sfnorch.integrations import alarm_state
from sfnorch.naming import derive_child_key
from sfnorch.patterns.fan_out.failures import build_counting_states, build_report_states
from sfnorch.patterns.fan_out.item import ChainOwner
from sfnorch.patterns.fan_out.machine import (
    WRONG_ITEMS,
    assign_chain,
    build_map_states,
    choose_items,
    describe_chain,
    list_chain_permissions,
)
from sfnorch.patterns.job_arguments import list_run_arguments
from sfnorch.patterns.job_failure import SECONDS
from sfnorch.patterns.run_context.states import (
    bind_environment,
    build_context_rules,
    build_missing_context_states,
    read_context,
)
from sfnorch.patterns.stack_parameters import RESULTS
from sfnorch.plan.item_chains import list_item_chains
from sfnorch.protocol.fan_out import ERROR, FanOutState, FanOutVariable
from sfnorch.protocol.job_list import JobListVariable
from sfnorch.protocol.master_child import ChildVariable
from sfnorch.protocol.states import INVALID_INPUT_ERROR, SharedState
from sfnorch.workflow import Alarm, ResultsBucket, StackName, StateMachine

if TYPE_CHECKING:
    from sfnorch.plan.kinds import ChainsPlan
    from sfnorch.plan.models.fan_out import FanOutChild

_MOST_ROOM, _ROOM_OF_ALL = 7_000, 30_000
"""The characters for the message and for the failures in the cause of a child, and for those of all children.

A character has up to four bytes in the state of the master: a quotation mark in a text in a text, for example. So the
causes of 40 children fit into 256 KiB.
"""

_TEXT_LENGTH = 200
"""The characters of the name and of the message of an item in the cause of a child."""

_WRONG_JOBS = jsonata(
    '$child & " runs the jobs in the plan for every item; remove glueJobs and arguments from its thread"'
)


def build_child_machine(plan: ChainsPlan, child: FanOutChild, number: int) -> StateMachine:
    """Return the state machine of a child that is a fan-out. Only errors use its number, counted from 1."""
    alarm_name = StackName(f"{child.name}-failed")
    return StateMachine(
        key=derive_child_key(child.name),
        name=child.name,
        physical_name=StackName(child.name),
        graph=_build_graph(plan, child),
        substitutions={"AlarmName": alarm_name, RESULTS: ResultsBucket(), **bind_environment(plan)},
        permissions=(
            *list_chain_permissions(child, StackName(child.name)),
            *alarm_state.list_permissions(alarm_name),
        ),
        alarm=Alarm(name=alarm_name, description=f"{child.name} failed"),
        runs=describe_chain(child),
        place=f"children[{number - 1}]",
    )


def _build_graph(plan: ChainsPlan, child: FanOutChild) -> Graph:
    room = min(_MOST_ROOM, _ROOM_OF_ALL // len(list_item_chains(plan)))
    failed = read_program(__package__, "child_failed").fill(error=ERROR, room=room, length=_TEXT_LENGTH)
    done = read_program(__package__, "child_result").fill(jobs=len(child.jobs), seconds=SECONDS)
    refused = jsonata("$given ? <{jobs}> : <{items}>", jobs=_WRONG_JOBS, items=WRONG_ITEMS)
    return Graph(
        _resolve(plan, child),
        _check(plan, child),
        *build_map_states(child, ChainOwner(list_run_arguments(plan), child.name)),
        *build_counting_states(child),
        *build_report_states(child, failed=FanOutState.ITEMS_FAILED, succeeded=SharedState.DONE),
        Succeed(name=SharedState.DONE, output=done),
        Fail(name=FanOutState.ITEMS_FAILED, error=ERROR, cause=failed),
        Fail(
            name=SharedState.INVALID_INPUT,
            error=INVALID_INPUT_ERROR,
            cause=refused if child.items.input else _WRONG_JOBS,
        ),
        *build_missing_context_states(plan),
        comment=f"Runs the jobs of {child.name} for every item of a list.",
    )


def _resolve(plan: ChainsPlan, child: FanOutChild) -> Pass:
    assign: dict[str, Value] = {
        ChildVariable.CHILD: child.name,
        FanOutVariable.THREAD: jsonata("[$states.input.threadId, <<default>>][0]", default=child.name),
        **read_context(plan),
        JobListVariable.GIVEN: jsonata("$exists($states.input.glueJobs) or $exists($states.input.arguments)"),
        **assign_chain(child),
    }
    return Pass(name=FanOutState.RESOLVE_ITEMS, assign=assign, output={}, next=FanOutState.CHECK_ITEMS)


def _check(plan: ChainsPlan, child: FanOutChild) -> Choice:
    rules, default = choose_items(child)
    refused = ChoiceRule(condition=jsonata("$given"), next=SharedState.INVALID_INPUT)
    return Choice(name=FanOutState.CHECK_ITEMS, rules=(*build_context_rules(plan), refused, *rules), default=default)
