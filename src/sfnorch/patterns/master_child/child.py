"""The child state machine: it runs Glue jobs in sequence. The first failure raises the alarm and ends the execution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from sfnorch.patterns import given_jobs, job_failure, job_lists
from sfnorch.patterns.job_arguments import convert_arguments, list_run_arguments
from sfnorch.patterns.run_context.states import (
    bind_environment,
    build_context_rules,
    build_missing_context_states,
    read_context,
)
from sfnorch.patterns.stack_parameters import ALLOWED, JOB_LIST
from sfnorch.patterns.state_names import build_state_names
from sfnorch.plan.run_context import has_run_context
from sfnorch.protocol.job_list import JobListState, JobListVariable, name_job_state
from sfnorch.protocol.master_child import ChildState, ChildVariable
from sfnorch.protocol.states import SharedState
from sfnorch.workflow import Alarm, Parameter, ParameterValue, StackName, StateMachine

if TYPE_CHECKING:
    from sfnorch.asl import Linkable
    from sfnorch.plan.kinds import AnyChain, AnyJob, ChainsPlan

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


def build_jobs_parameter(child: AnyChain) -> Parameter:
    """Return the stack parameter with another list of jobs for the child."""
    return Parameter(
        name=name_jobs_parameter(child.name),
        description=f"Glue jobs of {child.name}, comma-separated; empty: the jobs in the plan",
        default="",
        pattern=JOB_LIST,
    )


def build_machine(plan: ChainsPlan, child: AnyChain, number: int) -> StateMachine:
    """Return the state machine of a child of the plan. Only errors use its number, counted from 1."""
    alarm_name = StackName(f"{child.name}-failed")
    jobs = [job.name for job in child.jobs]
    return StateMachine(
        key=derive_child_key(child.name),
        name=child.name,
        physical_name=StackName(child.name),
        graph=_build_graph(plan, child),
        substitutions={
            "GlueJobs": ParameterValue(name_jobs_parameter(child.name)),
            "AlarmName": alarm_name,
            **bind_environment(plan),
        },
        permissions=(*glue_job.list_permissions(jobs, allowed=ALLOWED), *alarm_state.list_permissions(alarm_name)),
        alarm=Alarm(
            name=alarm_name,
            description=f"{child.name} failed",
        ),
        jobs=tuple(jobs),
        place=f"children[{number - 1}]",
    )


def _build_graph(plan: ChainsPlan, child: AnyChain) -> Graph:
    run_arguments = list_run_arguments(plan)
    named = _build_job_states(child, run_arguments) if plan.job_states else ()
    return Graph(
        _resolve(plan, child),
        _check(plan, child, named[0].name if named else ""),
        *named,
        given_jobs.run_given_jobs(child.jobs, run_arguments, stop_at_failure=True, next_state=SharedState.CLEAR_ALARM),
        job_failure.clear_alarm(next_state=SharedState.DONE),
        _build_done_state(),
        job_failure.raise_alarm(next_state=ChildState.CHILD_FAILED, job=jsonata('$jobs[$done] & " of " & $child')),
        job_failure.fail_with_cause(
            ChildState.CHILD_FAILED, owner=jsonata(_OWNER_OF_RUN if has_run_context(plan) else _OWNER)
        ),
        job_lists.build_invalid_input_state(),
        *build_missing_context_states(plan),
        comment=f"Jobs of {child.name}",
    )


_OWNER, _OWNER_OF_RUN = '"child": $child,', '"child": $child, "run": $run.id,'


def _resolve(plan: ChainsPlan, child: AnyChain) -> Pass:
    thread = jsonata("[$states.input.threadId, <<default>>][0]", default=child.name)
    assign: dict[str, Value] = {
        ChildVariable.CHILD: child.name,
        JobListVariable.THREAD_ID: thread,
        **({JobListVariable.THREAD: thread} if has_run_context(plan) else {}),
        **read_context(plan),
        **job_lists.assign_given_jobs(child.jobs),
        ChildVariable.AT_DEPLOY: Substitution("GlueJobs"),
        JobListVariable.DONE: 0,
    }
    return Pass(name=JobListState.RESOLVE_JOBS, assign=assign, next=JobListState.CHECK_JOBS)


_SET_AT_DEPLOY = jsonata(r"$contains($atDeploy, /[^\s,]/)")


def _check(plan: ChainsPlan, child: AnyChain, first_job: str) -> Choice:
    planned: dict[str, Value] = {JobListVariable.JOBS: given_jobs.run_names(child.jobs)}
    as_planned = jsonata("$given = null and $not(<{set}>)", set=_SET_AT_DEPLOY)
    rules = [ChoiceRule(condition=as_planned, assign=planned, next=first_job or JobListState.RUN_GIVEN_JOBS)]
    if first_job:  # only the state of a list merges other arguments
        other = jsonata("<{as_planned}> and $count($added) > 0", as_planned=as_planned)
        rules.insert(0, ChoiceRule(condition=other, assign=planned, next=JobListState.RUN_GIVEN_JOBS))
    renamed = given_jobs.list_renamed(child.jobs, plan.provenance.job_names)
    given = job_lists.build_list_rule(jsonata("($given = null ? $atDeploy : $given)"), renamed)
    return Choice(
        name=JobListState.CHECK_JOBS,
        rules=(*build_context_rules(plan), *rules, given),
        default=SharedState.INVALID_INPUT,
    )


def _build_job_states(child: AnyChain, run_arguments: Mapping[str, str]) -> tuple[Linkable, ...]:
    jobs: Sequence[AnyJob] = child.jobs
    names = build_state_names((job.name for job in jobs), taken=CONTROL_STATES)
    tasks = [
        glue_job.run_job(
            name,
            arguments=glue_job.start_arguments(job, job.name, convert_arguments({**run_arguments, **job.arguments})),
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
