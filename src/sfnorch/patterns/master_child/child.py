"""The child state machine: it runs Glue jobs in sequence. The first failure raises the alarm and ends the execution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sfnorch.asl import (
    Choice,
    ChoiceRule,
    Graph,
    Pass,
    Substitution,
    Succeed,
    Value,
    chain_states,
    jsonata,
    read_program,
)
from sfnorch.integrations import alarm_state, glue_job
from sfnorch.naming import derive_child_key, name_jobs_parameter
from sfnorch.patterns import given_jobs, job_failure
from sfnorch.patterns.stack_parameters import ALLOWED, JOB_LIST
from sfnorch.patterns.state_names import build_state_names
from sfnorch.protocol.job_list import JobListState, JobListVariable, name_job_state
from sfnorch.protocol.master_child import ChildState, ChildVariable
from sfnorch.protocol.states import SharedState
from sfnorch.workflow import Alarm, Parameter, ParameterValue, StackName, StateMachine

if TYPE_CHECKING:
    from sfnorch.asl import Linkable
    from sfnorch.plan.kinds import AnyChild, AnyJob, ChainsPlan

CONTROL_STATES = (
    JobListState.RESOLVE_JOBS,
    JobListState.CHECK_JOBS,
    JobListState.RUN_GIVEN_JOBS,
    JobListState.CHECK_RETRIES,
    JobListState.RUN_JOB,
    JobListState.JOB_FAILED,
    SharedState.CLEAR_ALARM,
    SharedState.DONE,
    SharedState.RAISE_ALARM,
    ChildState.CHILD_FAILED,
    SharedState.INVALID_INPUT,
    *map(name_job_state, range(1, 11)),
)
"""The names of the states that do not belong to a job."""


def build_jobs_parameter(child: AnyChild) -> Parameter:
    """Return the stack parameter with another list of jobs for the child."""
    return Parameter(
        name=name_jobs_parameter(child.name),
        description=f"Glue jobs of {child.name}, comma-separated; empty: the jobs in the plan",
        default="",
        pattern=JOB_LIST,
    )


def build_machine(plan: ChainsPlan, number: int) -> StateMachine:
    """Return the state machine of child `number` of the plan, counted from 1. Only errors use the number."""
    child = plan.children[number - 1]
    alarm_name = StackName(f"{child.name}-failed")
    jobs = [job.name for job in child.jobs]
    return StateMachine(
        key=derive_child_key(child.name),
        name=child.name,
        physical_name=StackName(child.name),
        graph=_build_graph(child, job_states=plan.job_states),
        substitutions={
            "GlueJobs": ParameterValue(name_jobs_parameter(child.name)),
            "AlarmName": alarm_name,
        },
        permissions=(*glue_job.list_permissions(jobs, allowed=ALLOWED), *alarm_state.list_permissions(alarm_name)),
        alarm=Alarm(
            name=alarm_name,
            description=f"{child.name} failed",
        ),
        jobs=tuple(jobs),
        place=f"children[{number - 1}]",
    )


def _build_graph(child: AnyChild, *, job_states: bool) -> Graph:
    named = _build_job_states(child) if job_states else ()
    return Graph(
        _resolve(child),
        _check(child, named[0].name if named else ""),
        *named,
        given_jobs.run_given_jobs(child.jobs, stop_at_failure=True, next_state=SharedState.CLEAR_ALARM),
        job_failure.clear_alarm(next_state=SharedState.DONE),
        _build_done_state(),
        job_failure.raise_alarm(next_state=ChildState.CHILD_FAILED, job=jsonata('$jobs[$done] & " of " & $child')),
        job_failure.fail_with_cause(ChildState.CHILD_FAILED, owner=jsonata('"child": $child,')),
        given_jobs.build_invalid_input_state(),
        comment=f"Jobs of {child.name}",
    )


def _resolve(child: AnyChild) -> Pass:
    assign: dict[str, Value] = {
        ChildVariable.CHILD: child.name,
        JobListVariable.THREAD_ID: jsonata("[$states.input.threadId, <<default>>][0]", default=child.name),
        **({JobListVariable.SETTINGS: settings} if (settings := given_jobs.collect_settings(child.jobs)) else {}),
        JobListVariable.GIVEN: given_jobs.INPUT_JOBS,
        ChildVariable.AT_DEPLOY: Substitution("GlueJobs"),
        JobListVariable.DONE: 0,
    }
    return Pass(name=JobListState.RESOLVE_JOBS, assign=assign, next=JobListState.CHECK_JOBS)


def _check(child: AnyChild, first_job: str) -> Choice:
    as_planned = ChoiceRule(
        condition=jsonata(r"$given = null and $not($contains($atDeploy, /[^\s,]/))"),
        assign={JobListVariable.JOBS: given_jobs.run_names(child.jobs)},
        next=first_job or JobListState.RUN_GIVEN_JOBS,
    )
    given = given_jobs.build_list_rule(jsonata("($given = null ? $atDeploy : $given)"))
    return Choice(name=JobListState.CHECK_JOBS, rules=(as_planned, given), default=SharedState.INVALID_INPUT)


def _build_job_states(child: AnyChild) -> tuple[Linkable, ...]:
    jobs: Sequence[AnyJob] = child.jobs
    names = build_state_names((job.name for job in jobs), taken=CONTROL_STATES)
    tasks = [
        glue_job.run_job(
            name,
            arguments=glue_job.start_arguments(job, job.name),
            retries=job.retries,
            catch=job_failure.catch_any_error(SharedState.RAISE_ALARM),
            assign={JobListVariable.DONE: jsonata("$done + 1")},
            output=jsonata("{}"),
        )
        for name, job in zip(names, jobs, strict=True)
    ]
    return chain_states(tasks, then=SharedState.CLEAR_ALARM)


def _build_done_state() -> Succeed:
    outcome = read_program(__package__, "child_result").fill(seconds=job_failure.SECONDS)
    return Succeed(name=SharedState.DONE, output=outcome)
