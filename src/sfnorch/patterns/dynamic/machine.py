"""The state machine of a dynamic plan: it runs the jobs from its input in sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.asl import (
    AnyState,
    Catcher,
    Choice,
    ChoiceRule,
    Fail,
    Graph,
    Pass,
    Substitution,
    Succeed,
    Task,
    Value,
    jsonata,
    read_program,
)
from sfnorch.integrations import alarm_state, glue_job
from sfnorch.patterns import given_jobs, job_failure, job_lists, stack_parameters
from sfnorch.patterns.causes import find_glue_message, find_log_group, find_run_id, unquote
from sfnorch.patterns.job_arguments import list_run_arguments
from sfnorch.patterns.overlap.states import list_lock_permissions
from sfnorch.patterns.run_context.states import bind_run_names, build_invalid_parameters_states, build_run_states
from sfnorch.plan.run_context import has_run_context
from sfnorch.protocol.dynamic import MACHINE, DynamicState
from sfnorch.protocol.job_list import ERROR, JobListState, JobListVariable
from sfnorch.protocol.states import SharedState
from sfnorch.workflow import Alarm, StackName, StateMachine

if TYPE_CHECKING:
    from sfnorch.plan.models.dynamic import DynamicPlan


_CAUSE = jsonata("cause")
"""The cause in the outcome of a job."""


def build_machine(plan: DynamicPlan) -> StateMachine:
    """Return the state machine of a dynamic plan."""
    alarm_name = StackName(f"{MACHINE}-failed")
    return StateMachine(
        key="",
        name=MACHINE,
        physical_name=StackName(MACHINE),
        graph=_build_graph(plan),
        substitutions={"AlarmName": alarm_name, **bind_run_names(plan)},
        permissions=(
            *glue_job.list_permissions((job.name for job in plan.jobs), allowed=stack_parameters.ALLOWED),
            *alarm_state.list_permissions(alarm_name),
            *list_lock_permissions(plan, MACHINE),
        ),
        alarm=Alarm(
            name=alarm_name,
            description="An execution failed",
        ),
        place="jobs",
    )


def _build_graph(plan: DynamicPlan) -> Graph:
    goes_on = plan.continue_on_failure
    states: list[AnyState] = [
        *build_run_states(plan, JobListState.RESOLVE_JOBS),
        _resolve(plan),
        Choice(
            name=JobListState.CHECK_JOBS,
            rules=(job_lists.build_job_rule(given_jobs.list_renamed(plan.jobs, plan.provenance.job_names)),),
            default=SharedState.INVALID_INPUT,
        ),
        given_jobs.run_given_jobs(
            plan.jobs,
            list_run_arguments(plan),
            stop_at_failure=not goes_on,
            next_state=DynamicState.ANY_JOB_FAILED if goes_on else SharedState.CLEAR_ALARM,
        ),
    ]
    if goes_on:
        failed = jsonata('"FAILED" in $states.input.jobs.status')
        states.append(
            Choice(
                name=DynamicState.ANY_JOB_FAILED,
                rules=(ChoiceRule(condition=failed, next=SharedState.RAISE_ALARM),),
                default=SharedState.CLEAR_ALARM,
            )
        )
    states += [
        job_failure.clear_alarm(next_state=SharedState.DONE, output=jsonata("$states.input") if goes_on else None),
        _build_done_state(plan),
        *(_fail_after_all() if goes_on else _fail_at_once(plan)),
        job_lists.build_invalid_input_state(objects=True),
        *build_invalid_parameters_states(plan),
    ]
    return Graph(*states, comment="Runs the Glue jobs from its input in sequence.")


_THREAD = jsonata("[$states.input.threadId, $states.context.Execution.Name][0]")


def _resolve(plan: DynamicPlan) -> Pass:
    assign: dict[str, Value] = {
        JobListVariable.THREAD_ID: _THREAD,
        **({JobListVariable.THREAD: _THREAD} if has_run_context(plan) else {}),
        **job_lists.assign_given_jobs(plan.jobs),
    }
    if not plan.continue_on_failure:
        assign[JobListVariable.DONE] = 0
    return Pass(name=JobListState.RESOLVE_JOBS, assign=assign, next=JobListState.CHECK_JOBS)


def _build_done_state(plan: DynamicPlan) -> Succeed:
    jobs = ', "jobs": $states.input.jobs' if plan.continue_on_failure else ""
    run = ', "run": $run' if has_run_context(plan) else ""
    code = f'{{"threadId": $threadId, "jobCount": $count($jobs), "seconds": <{{seconds}}>{jobs}{run}}}'
    return Succeed(name=SharedState.DONE, output=jsonata(code, seconds=job_failure.SECONDS))


def _fail_at_once(plan: DynamicPlan) -> tuple[Task, Fail]:
    owner = jsonata('"run": $run.id,') if has_run_context(plan) else job_failure.NOTHING
    return (
        job_failure.raise_alarm(next_state=DynamicState.EXECUTION_FAILED),
        job_failure.fail_with_cause(DynamicState.EXECUTION_FAILED, owner=owner),
    )


def _fail_after_all() -> tuple[Task, Fail]:
    """Return the state that raises the alarm with the number of failures, and the Fail state that lists all jobs."""
    reason = read_program(__package__, "failed_jobs_reason").fill(length=alarm_state.REASON_LENGTH - 100)
    outcomes = read_program(__package__, "outcomes").fill(
        length=job_failure.MESSAGE_LENGTH,
        run_id=find_run_id(_CAUSE),
        log_group=find_log_group(_CAUSE),
        message=unquote(find_glue_message(_CAUSE)),
    )
    as_caught = jsonata("$states.input")
    alarm = alarm_state.set_alarm(
        SharedState.RAISE_ALARM,
        alarm=Substitution("AlarmName"),
        state="ALARM",
        reason=reason,
        output=as_caught,
        catch=Catcher(errors=("States.ALL",), output=as_caught, next=DynamicState.EXECUTION_FAILED),
        next_state=DynamicState.EXECUTION_FAILED,
    )
    failed = Fail(
        name=DynamicState.EXECUTION_FAILED,
        error=ERROR,
        cause=read_program(__package__, "jobs_failed").fill(outcomes=outcomes),
    )
    return alarm, failed
