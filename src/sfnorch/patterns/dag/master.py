"""The master state machine: it starts or joins every task, collects the outcomes, and sends notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.asl import (
    AnyState,
    Choice,
    ChoiceRule,
    Fail,
    Graph,
    Pass,
    Substitution,
    Value,
    jsonata,
    read_program,
)
from sfnorch.integrations import alarm_state, joined_execution, notification
from sfnorch.patterns.dag import message
from sfnorch.patterns.dag.joining import join_tasks
from sfnorch.patterns.job_failure import catch_any_error, clear_alarm
from sfnorch.patterns.message import assign_names, bind_names
from sfnorch.patterns.overlap.states import list_lock_permissions
from sfnorch.patterns.run_context.states import (
    bind_run_names,
    build_context,
    build_done_state,
    build_invalid_parameters_states,
    build_run_states,
)
from sfnorch.protocol.dag import MASTER, TASK, TASKS_FAILED, DagState, DagVariable
from sfnorch.protocol.states import INVALID_INPUT_ERROR, SharedState
from sfnorch.workflow import (
    Alarm,
    DeploymentValue,
    MachineArn,
    StackName,
    StateMachine,
)

if TYPE_CHECKING:
    from sfnorch.plan.models.dag import DagPlan

_TO_RUN = jsonata("$tasks[$not($ in $done)]")


def build_machine(plan: DagPlan, tasks: StateMachine) -> StateMachine:
    """Return the master state machine; `tasks` is the task state machine."""
    substitutions: dict[str, DeploymentValue] = {"Task": MachineArn(tasks.key), "AlarmName": tasks.alarm.name}
    if plan.notify != "never":
        substitutions |= bind_names(plan)
    substitutions |= bind_run_names(plan)
    return StateMachine(
        key="Master",
        name=MASTER,
        physical_name=StackName(MASTER),
        graph=_build_graph(plan),
        substitutions=substitutions,
        permissions=(
            *joined_execution.list_permissions(StackName(TASK)),
            *alarm_state.list_permissions(tasks.alarm.name),
            *list_lock_permissions(plan, MASTER),
            *(notification.list_permissions() if plan.notify != "never" else ()),
        ),
        alarm=Alarm(name=StackName(f"{MASTER}-failed"), description="The master failed"),
    )


def _build_graph(plan: DagPlan) -> Graph:
    ending = SharedState.DONE if plan.on_task_failure == "succeed" else DagState.TASKS_FAILED
    told = plan.notify != "never"
    well = SharedState.NOTIFY_SUCCESS if plan.notify == "always" else SharedState.DONE
    states: list[AnyState] = [
        *build_run_states(plan, DagState.RESOLVE_TASKS),
        _resolve(plan),
        _check(),
        _run_tasks(plan),
        _check_outcomes(SharedState.NOTIFY_FAILURE if told else ending),
    ]
    states.append(clear_alarm(next_state=well, output=jsonata("$states.input")))
    if told:
        states += message.build_failure_states(plan, ending)
    if plan.notify == "always":
        states.append(message.build_success_state(plan, SharedState.DONE))
    states.append(build_done_state(plan, SharedState.DONE))
    if ending != SharedState.DONE:
        states.append(Fail(name=DagState.TASKS_FAILED, error=TASKS_FAILED, cause=message.name_failures()))
    states.append(
        Fail(
            name=SharedState.INVALID_INPUT,
            error=INVALID_INPUT_ERROR,
            cause=read_program(__package__, "wrong_input").fill(),
        )
    )
    states += build_invalid_parameters_states(plan)
    return Graph(
        *states, comment="Starts or joins every task, waits for all, and reports which failed and which were blocked."
    )


def _resolve(plan: DagPlan) -> Pass:
    assign: dict[str, Value] = {}
    if plan.notify != "never":
        assign = assign_names(plan)
    assign |= {
        DagVariable.MASTER: jsonata("$states.context.Execution.Id"),
        "machine": Substitution("Task"),
        DagVariable.TASKS: [each.name for each in plan.tasks],
        DagVariable.DONE: jsonata("$exists($states.input.done) ? $states.input.done : []"),
    }
    return Pass(name=DagState.RESOLVE_TASKS, assign=assign, next=DagState.CHECK_TASKS)


def _check() -> Choice:
    known = jsonata('$type($done) = "array" and $count($done[$ in $tasks]) = $count($done)')
    some_left = jsonata("<{known}> and $count($distinct($done)) < $count($tasks)", known=known)
    rules = (
        ChoiceRule(condition=some_left, next=DagState.RUN_TASKS),
        ChoiceRule(condition=known, output={"outcomes": []}, next=DagState.ANY_FAILED),
    )
    return Choice(name=DagState.CHECK_TASKS, rules=rules, default=SharedState.INVALID_INPUT)


def _run_tasks(plan: DagPlan) -> AnyState:
    # no iteration fails, so an error that is caught here is unexpected, and the outcomes of the tasks are unknown
    unexpected = read_program(__package__, "unexpected_failure").fill()
    return join_tasks(
        DagState.RUN_TASKS,
        tasks=_TO_RUN,
        machine=Substitution("Task"),
        machine_arn=jsonata("$machine"),
        context=build_context(plan),
        catch=catch_any_error(DagState.ANY_FAILED, output=unexpected),
        next_state=DagState.ANY_FAILED,
    )


def _check_outcomes(failed: str) -> Choice:
    outcomes = read_program(__package__, "outcomes").fill()
    return Choice(
        name=DagState.ANY_FAILED,
        rules=(
            ChoiceRule(
                condition=jsonata(
                    '$count($states.input.outcomes[status = "SUCCEEDED"]) < $count(<{to_run}>)', to_run=_TO_RUN
                ),
                assign={
                    "failed": jsonata('[$states.input.outcomes[status = "FAILED"]]'),
                    "blocked": jsonata('[$states.input.outcomes[status = "BLOCKED"]]'),
                },
                output=outcomes,
                next=failed,
            ),
        ),
        default=SharedState.CLEAR_ALARM,
        output=outcomes,
    )
