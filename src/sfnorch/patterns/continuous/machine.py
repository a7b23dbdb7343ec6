"""The state machine of a continuous plan: it follows one run of the Glue workflow, and starts the next execution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.asl import (
    AnyState,
    Catcher,
    Choice,
    ChoiceRule,
    Expression,
    Fail,
    Graph,
    Pass,
    Substitution,
    Succeed,
    Task,
    Value,
    Wait,
    jsonata,
    read_program,
)
from sfnorch.calls.glue_workflow_run import RUNS_ALREADY
from sfnorch.integrations import alarm_state, glue_workflow, next_execution, notification
from sfnorch.patterns import stack_parameters
from sfnorch.patterns.job_arguments import convert_arguments, list_run_arguments
from sfnorch.patterns.job_failure import build_raise_alarm_state, catch_any_error, clear_alarm
from sfnorch.patterns.message import (
    OWN_EXECUTION,
    assign_names,
    bind_names,
    build_notification_state,
    define_link,
    make_resume_line,
)
from sfnorch.patterns.run_context.states import (
    bind_run_names,
    build_context,
    build_invalid_parameters_states,
    build_run_states,
    name_run,
)
from sfnorch.plan.run_context import has_run_context
from sfnorch.protocol.continuous import ERROR, MACHINE, LoopState, LoopVariable
from sfnorch.protocol.run_context import RunVariable
from sfnorch.protocol.states import INVALID_INPUT_ERROR, SharedState
from sfnorch.workflow import Alarm, DeploymentValue, ParameterValue, StackName, StateMachine

if TYPE_CHECKING:
    from sfnorch.plan.models.continuous import ContinuousPlan

CONTINUE = "Continue"
"""The stack parameter that stops the loop after the current run."""

_WORKFLOW, _RUN_ID = jsonata("$workflow"), jsonata("$runId")
_SO_FAR = jsonata('{"workflow": $workflow, "runId": $runId, "runs": $runs}')
_SO_FAR_OF_RUN = jsonata('{"run": $run.id, "workflow": $workflow, "runId": $runId, "runs": $runs}')


def build_machine(plan: ContinuousPlan) -> StateMachine:
    """Return the state machine of a continuous plan."""
    told = plan.notify != "never"
    alarm_name = StackName(f"{MACHINE}-failed")
    substitutions: dict[str, DeploymentValue] = {CONTINUE: ParameterValue(CONTINUE), "AlarmName": alarm_name}
    if told:
        substitutions |= bind_names(plan)
    substitutions |= bind_run_names(plan)
    return StateMachine(
        key="",
        name=MACHINE,
        physical_name=StackName(MACHINE),
        graph=_build_graph(plan),
        substitutions=substitutions,
        permissions=(
            *glue_workflow.list_permissions(
                [plan.workflow] if plan.workflow else [], allowed=stack_parameters.ALLOWED_WORKFLOWS
            ),
            *next_execution.list_permissions(StackName(MACHINE)),
            *alarm_state.list_permissions(alarm_name),
            *(notification.list_permissions() if told else ()),
        ),
        alarm=Alarm(name=alarm_name, description="The loop stopped after a failure"),
        runs=f"the Glue workflow {plan.workflow or 'from its input'} in a loop",
    )


def _build_graph(plan: ContinuousPlan) -> Graph:
    told = plan.notify != "never"
    well = SharedState.NOTIFY_SUCCESS if plan.notify == "always" else SharedState.DONE
    following = LoopState.PAUSE_BETWEEN_RUNS if plan.pause else LoopState.START_NEXT
    states: list[AnyState] = [
        *build_run_states(plan, LoopState.RESOLVE_RUN),
        _resolve(plan),
        _check_input(plan),
        glue_workflow.start_run(
            LoopState.START_RUN,
            workflow=_WORKFLOW,
            properties=convert_arguments({**_list_run_properties(plan), **plan.run_properties}),
            catch=_start_refused(),
            variable=LoopVariable.RUN_ID,
            next_state=LoopState.WAIT_FOR_RUN,
        ),
        Wait(name=LoopState.WAIT_FOR_RUN, seconds=plan.poll_every, next=LoopState.GET_RUN),
        glue_workflow.get_run(
            LoopState.GET_RUN,
            workflow=_WORKFLOW,
            run_id=_RUN_ID,
            catch=_catch_all_errors(),
            counter="polls",
            next_state=LoopState.CHECK_RUN,
        ),
        _check_run(plan.polls_per_execution),
        _start_next_execution(plan),
        clear_alarm(next_state=LoopState.CHECK_LOOP, output={}),
        _check_loop(plan, following=following, well=well),
    ]
    if plan.pause:
        states.append(Wait(name=LoopState.PAUSE_BETWEEN_RUNS, seconds=plan.pause, next=LoopState.START_NEXT))
    states.append(_start_next(plan))
    if plan.notify == "always":
        states.append(_notify_success())
    states += [
        Succeed(name=SharedState.DONE),
        _raise_alarm(next_state=SharedState.NOTIFY_FAILURE if told else LoopState.LOOP_FAILED),
    ]
    if told:
        states.append(_notify_failure(plan))
    states += [
        Fail(
            name=LoopState.LOOP_FAILED,
            error=ERROR,
            cause=read_program(__package__, "loop_failed").fill(
                so_far=_SO_FAR_OF_RUN if has_run_context(plan) else _SO_FAR
            ),
        ),
        Fail(
            name=SharedState.INVALID_INPUT,
            error=INVALID_INPUT_ERROR,
            cause=read_program(__package__, "wrong_input").fill(),
        ),
        *build_invalid_parameters_states(plan),
    ]
    return Graph(*states, comment="Runs the Glue workflow, polls until the run has ended, starts the next execution.")


def _resolve(plan: ContinuousPlan) -> Pass:
    assign: dict[str, Value] = {}
    if plan.notify != "never":
        assign = assign_names(plan)
    assign |= {
        LoopVariable.WORKFLOW: _read_input(jsonata("$states.input.workflow_name"), plan.workflow),
        LoopVariable.RUN_ID: _read_input(jsonata("$states.input.run_id"), None),
        LoopVariable.RUNS: _read_input(jsonata("$states.input.runs"), 0),
    }
    return Pass(
        name=LoopState.RESOLVE_RUN,
        assign={**assign, "polls": 0, "goesOn": Substitution(CONTINUE)},
        next=LoopState.CHECK_INPUT,
    )


def _read_input(value: Expression, default: str | int | None) -> Expression:
    return jsonata("$exists(<{value}>) ? <{value}> : <<default>>", value=value, default=default)


def _end_loop(why: str) -> Expression:
    return jsonata('$merge([<{so_far}>, {"ended": <<why>>}])', so_far=_SO_FAR, why=why)


def _check_input(plan: ContinuousPlan) -> Choice:
    valid = read_program(__package__, "valid_input").fill()
    rules = [
        ChoiceRule(condition=jsonata("$not(<{valid}>)", valid=valid), next=SharedState.INVALID_INPUT),
        # the execution that handed the run over has just polled it
        ChoiceRule(condition=jsonata('$type($runId) = "string"'), next=LoopState.WAIT_FOR_RUN),
        ChoiceRule(
            condition=jsonata('$goesOn = "false" and $runs > 0'),
            output=_end_loop("Continue is false"),
            next=SharedState.DONE,
        ),
    ]
    if plan.max_runs is not None:  # resumed after the last run
        rules.append(
            ChoiceRule(
                condition=jsonata("$runs >= <<most>>", most=plan.max_runs),
                output=_end_loop("all runs are done"),
                next=SharedState.DONE,
            )
        )
    return Choice(name=LoopState.CHECK_INPUT, rules=tuple(rules), default=LoopState.START_RUN)


_CAUGHT = '$states.errorOutput.{"error": Error, "message": [Cause, ""][0]}'


def _catch_all_errors() -> tuple[Catcher, ...]:
    return catch_any_error(SharedState.RAISE_ALARM, output=jsonata(_CAUGHT))


def _start_refused() -> tuple[Catcher, ...]:
    """Return the catchers of StartRun. For the error of MaxConcurrentRuns, they explain the cause in the message."""
    explained = read_program(__package__, "start_refused").fill()
    return (Catcher(errors=(RUNS_ALREADY,), output=explained, next=SharedState.RAISE_ALARM), *_catch_all_errors())


def _check_run(most_polls: int) -> Choice:
    going_on = jsonata("$states.input.status in <<statuses>>", statuses=glue_workflow.ACTIVE_STATUSES)
    failed = read_program(__package__, "run_failed").fill(error=ERROR)
    rules = (
        ChoiceRule(
            condition=jsonata("<{going_on}> and $polls < <<most>>", going_on=going_on, most=most_polls),
            next=LoopState.WAIT_FOR_RUN,
        ),
        ChoiceRule(condition=going_on, next=LoopState.HAND_OVER),
        ChoiceRule(
            condition=jsonata('$states.input.status = "COMPLETED" and $states.input.bad = 0'),
            assign={LoopVariable.RUNS: jsonata("$runs + 1")},
            next=SharedState.CLEAR_ALARM,
        ),
    )
    return Choice(name=LoopState.CHECK_RUN, rules=rules, default=SharedState.RAISE_ALARM, output=failed)


def _start_next_execution(plan: ContinuousPlan) -> Task:
    """Return the state that hands the run over to a new execution, because the history of this one is nearly full."""
    return next_execution.start_next(
        LoopState.HAND_OVER,
        name=jsonata('"poll-" & $toMillis($states.context.Execution.StartTime) & "-" & $substring($runId, 0, 60)'),
        given={
            "workflow_name": _WORKFLOW,
            "run_id": _RUN_ID,
            "runs": jsonata("$runs"),
            **build_context(plan),
        },
        output=_end_loop("handed over"),
        catch=_catch_all_errors(),
        next_state=SharedState.DONE,
    )


def _check_loop(plan: ContinuousPlan, *, following: str, well: str) -> Choice:
    rules = [ChoiceRule(condition=jsonata('$goesOn = "false"'), output=_end_loop("Continue is false"), next=well)]
    if plan.max_runs is not None:
        rules.insert(
            0,
            ChoiceRule(
                condition=jsonata("$runs >= <<most>>", most=plan.max_runs),
                output=_end_loop("all runs are done"),
                next=well,
            ),
        )
    return Choice(name=LoopState.CHECK_LOOP, rules=tuple(rules), default=following)


def _start_next(plan: ContinuousPlan) -> Task:
    """Return the state that starts the execution of the next run.

    The name of this execution derives from the id of the previous run, so that a retry does not start it twice.
    """
    return next_execution.start_next(
        LoopState.START_NEXT,
        name=jsonata('"after-" & $substring($runId, 0, 74)'),
        given={"workflow_name": _WORKFLOW, "runs": jsonata("$runs"), **_build_next_parameters(plan)},
        output=_SO_FAR,
        catch=_catch_all_errors(),
        next_state=SharedState.DONE,
    )


def _build_next_parameters(plan: ContinuousPlan) -> dict[str, Value]:
    """Return the parameters of the next run: those of the input, because defaults can depend on the date of a run."""
    given = jsonata("[$states.context.Execution.Input.params, {}][0]")
    return {RunVariable.PARAMS: given} if has_run_context(plan) else {}


def _list_run_properties(plan: ContinuousPlan) -> dict[str, str]:
    """Return the run property with the ID of the run, whose name has no dashes at its beginning."""
    return {name.lstrip("-"): value for name, value in list_run_arguments(plan).items()}


def _raise_alarm(*, next_state: str) -> Task:
    return build_raise_alarm_state(
        jsonata('"Glue workflow " & $workflow & " failed: " & message'), next_state=next_state
    )


def _notify_failure(plan: ContinuousPlan) -> Task:
    message = read_program(__package__, "failure_message").fill(
        link=define_link(OWN_EXECUTION), execution=OWN_EXECUTION, resume=make_resume_line(MACHINE), run=name_run(plan)
    )
    subject = jsonata('"Glue workflow failed"')
    return build_notification_state(
        SharedState.NOTIFY_FAILURE, "FAILED", subject=subject, message=message, next_state=LoopState.LOOP_FAILED
    )


def _notify_success() -> Task:
    message = jsonata(
        '"The loop of " & $workflow & " succeeded after " & $runs & " runs: " & $states.input.ended & "."'
    )
    subject = jsonata('"the loop succeeded"')
    return build_notification_state(
        SharedState.NOTIFY_SUCCESS, "SUCCEEDED", subject=subject, message=message, next_state=SharedState.DONE
    )
