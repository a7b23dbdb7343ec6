"""The master state machine: it starts all children in parallel, waits for all of them, and sends notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.asl import (
    AnyState,
    Choice,
    ChoiceRule,
    Fail,
    Graph,
    Parallel,
    Pass,
    Substitution,
    Value,
    jsonata,
    read_program,
)
from sfnorch.integrations import child_execution, notification
from sfnorch.naming import derive_child_key
from sfnorch.patterns.job_failure import catch_any_error
from sfnorch.patterns.job_lists import build_arguments_check, list_job_arguments, list_names
from sfnorch.patterns.master_child import message
from sfnorch.patterns.message import assign_names, bind_names, make_resume_line
from sfnorch.patterns.overlap.states import list_lock_permissions
from sfnorch.patterns.run_context.states import (
    add_context,
    bind_run_names,
    build_done_state,
    build_invalid_parameters_states,
    build_run_states,
)
from sfnorch.plan.item_chains import is_fan_out
from sfnorch.protocol.executions import STARTED_BY
from sfnorch.protocol.master_child import CHILDREN_FAILED, MASTER, MasterState, MasterVariable
from sfnorch.protocol.states import INVALID_INPUT_ERROR, SharedState
from sfnorch.workflow import Alarm, MachineArn, StackName, StateMachine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfnorch.plan.kinds import AnyChild, ChainsPlan
    from sfnorch.workflow import DeploymentValue


def build_machine(plan: ChainsPlan, children: Sequence[StateMachine]) -> StateMachine:
    """Return the master of these child state machines."""
    substitutions: dict[str, DeploymentValue] = {}
    if plan.notify != "never":
        substitutions |= bind_names(plan)
    substitutions |= bind_run_names(plan)
    substitutions |= {child.key: MachineArn(child.key) for child in children}
    telling = notification.list_permissions() if plan.notify != "never" else ()
    return StateMachine(
        key="Master",
        name=MASTER,
        physical_name=StackName(MASTER),
        graph=_build_graph(plan),
        substitutions=substitutions,
        permissions=(*child_execution.list_permissions(children), *telling, *list_lock_permissions(plan, MASTER)),
        alarm=Alarm(
            name=StackName(f"{MASTER}-failed"),
            description="The master failed",
        ),
    )


def _build_graph(plan: ChainsPlan) -> Graph:
    ending = SharedState.DONE if plan.on_child_failure == "succeed" else MasterState.CHILDREN_FAILED
    states: list[AnyState] = [
        *build_run_states(plan, MasterState.RESOLVE_THREADS),
        _resolve(plan),
        _check(),
        _run_children(plan),
    ]
    if plan.notify != "never":
        well = SharedState.DONE if plan.notify == "failure" else SharedState.NOTIFY_SUCCESS
        states += [
            _check_outcomes(SharedState.NOTIFY_FAILURE, well, told=True),
            *message.build_failure_states(plan, ending),
        ]
        if plan.notify == "always":
            states.append(message.build_success_state(plan, SharedState.DONE))
    elif ending != SharedState.DONE:
        states.append(_check_outcomes(ending, SharedState.DONE, told=False))
    states.append(build_done_state(plan, SharedState.DONE))
    if ending != SharedState.DONE:
        states.append(_build_children_failed_state())
    states.append(
        Fail(
            name=SharedState.INVALID_INPUT,
            error=INVALID_INPUT_ERROR,
            cause=read_program(__package__, "wrong_threads").fill(),
        )
    )
    states += build_invalid_parameters_states(plan)
    return Graph(*states, comment="Starts all children in parallel, waits for all, and reports which failed.")


def _resolve(plan: ChainsPlan) -> Pass:
    assign: dict[str, Value] = {}
    if plan.notify != "never":
        assign = assign_names(plan)
    assign |= {
        MasterVariable.CHILDREN: [child.name for child in plan.children],
        MasterVariable.THREADS: jsonata("$exists($states.input.threads) ? $states.input.threads : []"),
    }
    return Pass(name=MasterState.RESOLVE_THREADS, assign=assign, next=MasterState.CHECK_THREADS)


def _check() -> Choice:
    child = read_program(__package__, "child_of_thread").fill()
    valid = read_program(__package__, "valid_threads").fill(
        child_of_thread=child, valid_arguments=build_arguments_check()
    )
    jobs = jsonata("glueJobs")
    threads = read_program(__package__, "thread_of_each_child").fill(
        child_of_thread=child,
        names=list_names(jobs),
        arguments=list_job_arguments(jobs, jsonata("$shared")),
        started_by=STARTED_BY,
    )
    return Choice(
        name=MasterState.CHECK_THREADS,
        rules=(
            ChoiceRule(
                condition=valid,
                assign={MasterVariable.THREADS: threads},
                next=MasterState.RUN_CHILDREN,
            ),
        ),
        default=SharedState.INVALID_INPUT,
    )


def _run_children(plan: ChainsPlan) -> Parallel:
    # No branch fails, so an error that is caught here is unexpected. The outcomes of the children are unknown, and each
    # child is reported as failed with this error.
    unforeseen = '{"children": [$children.{"child": $, "status": "FAILED", "error": $states.errorOutput.Error}]}'
    after = (
        SharedState.DONE
        if plan.notify == "never" and plan.on_child_failure == "succeed"
        else MasterState.ANY_CHILD_FAILED
    )
    return Parallel(
        name=MasterState.RUN_CHILDREN,
        branches=tuple(_build_branch(plan, index, child) for index, child in enumerate(plan.children)),
        catch=catch_any_error(after, output=jsonata(unforeseen)),
        output=read_program(__package__, "outcomes").fill(),
        next=after,
    )


def _build_branch(plan: ChainsPlan, index: int, child: AnyChild) -> Graph:
    number = index + 1
    kept, caught = (_KEPT_OF_ITEMS, _CAUGHT_OF_ITEMS) if is_fan_out(child) else (_KEPT, None)
    skip = ChoiceRule(
        condition=jsonata("$threads[<<index>>].skip = true", index=index), output={}, next=f"EndChild{number}"
    )
    return Graph(
        Choice(name=f"CheckChild{number}", rules=(skip,), default=f"RunChild{number}"),
        child_execution.run_child(
            f"RunChild{number}",
            machine=Substitution(derive_child_key(child.name)),
            child_input=add_context(plan, jsonata("$threads[<<index>>]", index=index)),
            catch=catch_any_error(f"EndChild{number}", output=caught),
            output=kept,
        ),
        Pass(name=f"EndChild{number}"),
    )


_KEPT = jsonata('$states.result.{"executionArn": ExecutionArn, "jobCount": Output.jobCount}')
_KEPT_OF_ITEMS = jsonata(
    '$states.result.{"executionArn": ExecutionArn, "jobCount": Output.jobCount, "itemCount": Output.counts.total}'
)
_CAUGHT_OF_ITEMS = read_program(__package__, "caught_items").fill(length=3_000)

_FAILED = jsonata('$states.input.children[status = "FAILED"]')
_SUMMARY = jsonata('$count(<{failed}>) & " of " & $count($children) & " child workflows failed"', failed=_FAILED)


def _check_outcomes(failed: str, well: str, *, told: bool) -> Choice:
    resume = {"resume": make_resume_line(MASTER)} if told else {}
    return Choice(
        name=MasterState.ANY_CHILD_FAILED,
        rules=(
            ChoiceRule(
                condition=jsonata('"FAILED" in $states.input.children.status'),
                assign={"failed": jsonata("[<{failed}>]", failed=_FAILED), "summary": _SUMMARY, **resume},
                next=failed,
            ),
        ),
        default=well,
    )


def _build_children_failed_state() -> Fail:
    cause = read_program(__package__, "children_failed").fill()
    return Fail(name=MasterState.CHILDREN_FAILED, error=CHILDREN_FAILED, cause=cause)
