"""The master's notifications: the failed children and jobs, Glue's error messages, links, and the resume command.

Variables: `failed`, the outcomes of the failed children; `summary`, their number in words; `resume`, the last line
with the command that resumes the execution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.asl import Catcher, Substitution, Task, jsonata, read_program
from sfnorch.integrations import notification
from sfnorch.patterns.job_failure import NOTHING
from sfnorch.patterns.message import OWN_EXECUTION, define_link, define_logs, make_subject
from sfnorch.patterns.run_context.states import name_run
from sfnorch.plan.item_chains import list_item_chains
from sfnorch.protocol.master_child import MasterState
from sfnorch.protocol.states import SharedState

if TYPE_CHECKING:
    from sfnorch.plan.kinds import ChainsPlan

_SUMMARY = jsonata("$summary")
_WELL_COUNT = jsonata(
    '$count($states.input.children[status = "SUCCEEDED"]) & " of " & $count($children) & " child workflows succeeded"'
)

_RESULTS = jsonata(r' & ($exists(results) ? "\n  Results: " & results)')
_ITEM_COUNT = jsonata('($exists(itemCount) ? itemCount & (itemCount = 1 ? " item, " : " items, ") : "") & ')


def build_failure_states(plan: ChainsPlan, next_state: str) -> tuple[Task, Task]:
    """Return the states `NotifyFailure` and, for causes that cannot be parsed, `NotifyPlainly`.

    Their failure does not fail the run.
    """
    attributes = {"status": "FAILED"}
    lists = {"failedChildren": jsonata("$string([$failed.child])")}
    outcomes = jsonata("$states.input")
    failures = read_program(__package__, "child_failures").fill()
    message = read_program(__package__, "failure_message").fill(
        failures=failures,
        link=define_link(OWN_EXECUTION),
        logs=define_logs(),
        run=name_run(plan),
        results=_RESULTS if list_item_chains(plan) else NOTHING,
    )
    telling = notification.publish(
        SharedState.NOTIFY_FAILURE,
        topic=Substitution("TopicArn"),
        subject=make_subject(_SUMMARY),
        message=message,
        attributes=attributes,
        list_attributes=lists,
        catch=(Catcher(errors=("States.ALL",), output=outcomes, next=MasterState.NOTIFY_PLAINLY),),
        output=read_program(__package__, "reported_outcomes").fill(failures=failures),
        next_state=next_state,
    )
    plainly = notification.publish(
        MasterState.NOTIFY_PLAINLY,
        topic=Substitution("TopicArn"),
        subject=make_subject(_SUMMARY),
        message=read_program(__package__, "plain_message").fill(),
        attributes=attributes,
        list_attributes={},
        catch=(Catcher(errors=("States.ALL",), output=outcomes, next=next_state),),
        output=outcomes,
        next_state=next_state,
    )
    return telling, plainly


def build_success_state(plan: ChainsPlan, next_state: str) -> Task:
    """Return the state `NotifySuccess`, for plans with `notify: always`."""
    return notification.publish(
        SharedState.NOTIFY_SUCCESS,
        topic=Substitution("TopicArn"),
        subject=make_subject(_WELL_COUNT),
        message=read_program(__package__, "success_message").fill(
            count=_WELL_COUNT, run=name_run(plan), items=_ITEM_COUNT if list_item_chains(plan) else NOTHING
        ),
        attributes={"status": "SUCCEEDED"},
        list_attributes={},
        catch=(Catcher(errors=("States.ALL",), output=jsonata("$states.input"), next=next_state),),
        output=jsonata("$states.input"),
        next_state=next_state,
    )
