"""The child state machine: it runs Glue jobs in sequence. The first failure raises the alarm and ends the execution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.asl import Choice, Graph, Pass, Rule, Substitution, Succeed, Value, chain, jsonata, read_program
from sfnorch.integrations import alarm_state, glue_job
from sfnorch.naming import child_key, jobs_parameter
from sfnorch.patterns import given_jobs, job_failure
from sfnorch.patterns.stack_parameters import ALLOWED, JOB_LIST
from sfnorch.patterns.state_names import state_names
from sfnorch.workflow import Alarm, Parameter, ParameterValue, StackName, StateMachine

if TYPE_CHECKING:
    from sfnorch.asl import Linkable
    from sfnorch.plan.models import Child, MasterChildPlan

CONTROL_STATES = (
    "ResolveJobs",
    "CheckJobs",
    "RunGivenJobs",
    "CheckRetries",
    "RunJob",
    "JobFailed",
    "ClearAlarm",
    "Done",
    "RaiseAlarm",
    "ChildFailed",
    "InvalidInput",
    *(f"RunJobAgain{times}" for times in range(1, 11)),
)
"""The names of the states that do not belong to a job."""


def parameter(child: Child) -> Parameter:
    """Return the stack parameter with another list of jobs for the child."""
    return Parameter(
        name=jobs_parameter(child.name),
        description=f"Glue jobs of {child.name}, comma-separated; empty: the jobs in the plan",
        default="",
        pattern=JOB_LIST,
    )


def machine(plan: MasterChildPlan, number: int) -> StateMachine:
    """Return the state machine of child `number` of the plan, counted from 1. Only errors use the number."""
    child = plan.children[number - 1]
    alarm_name = StackName(f"{child.name}-failed")
    jobs = [job.name for job in child.jobs]
    return StateMachine(
        key=child_key(child.name),
        name=child.name,
        physical_name=StackName(child.name),
        graph=_graph(child, job_states=plan.job_states),
        substitutions={
            "GlueJobs": ParameterValue(jobs_parameter(child.name)),
            "AlarmName": alarm_name,
        },
        permissions=(*glue_job.permissions(jobs, allowed=ALLOWED), *alarm_state.permissions(alarm_name)),
        alarm=Alarm(
            name=alarm_name,
            description=f"{child.name} failed",
        ),
        jobs=tuple(jobs),
        place=f"children[{number - 1}]",
    )


def _graph(child: Child, *, job_states: bool) -> Graph:
    named = _job_states(child) if job_states else ()
    return Graph(
        _resolve(child),
        _check(child, named[0].name if named else ""),
        *named,
        given_jobs.run_given_jobs(child.jobs, stop_at_failure=True, next_state="ClearAlarm"),
        job_failure.clear_alarm(next_state="Done"),
        _done(),
        job_failure.raise_alarm(next_state="ChildFailed", job=jsonata('$jobs[$done] & " of " & $child')),
        job_failure.fail_with_cause("ChildFailed", owner=jsonata('"child": $child,')),
        given_jobs.wrong_list(),
        comment=f"Jobs of {child.name}",
    )


def _resolve(child: Child) -> Pass:
    assign: dict[str, Value] = {
        "child": child.name,
        "threadId": jsonata("[$states.input.threadId, <<default>>][0]", default=child.name),
        **({"settings": settings} if (settings := given_jobs.settings(child.jobs)) else {}),
        "given": given_jobs.GIVEN,
        "atDeploy": Substitution("GlueJobs"),
        "done": 0,
    }
    return Pass(name="ResolveJobs", assign=assign, next="CheckJobs")


def _check(child: Child, first_job: str) -> Choice:
    as_planned = Rule(
        condition=jsonata(r"$given = null and $not($contains($atDeploy, /[^\s,]/))"),
        assign={"jobs": given_jobs.run_names(child.jobs)},
        next=first_job or "RunGivenJobs",
    )
    given = given_jobs.rule(jsonata("($given = null ? $atDeploy : $given)"))
    return Choice(name="CheckJobs", rules=(as_planned, given), default="InvalidInput")


def _job_states(child: Child) -> tuple[Linkable, ...]:
    names = state_names((job.name for job in child.jobs), taken=CONTROL_STATES)
    tasks = [
        glue_job.run_job(
            name,
            arguments=glue_job.start_arguments(job, job.name),
            retries=job.retries,
            catch=job_failure.any_error("RaiseAlarm"),
            assign={"done": jsonata("$done + 1")},
            output=jsonata("{}"),
        )
        for name, job in zip(names, child.jobs, strict=True)
    ]
    return chain(tasks, then="ClearAlarm")


def _done() -> Succeed:
    outcome = read_program(__package__, "child_result").fill(seconds=job_failure.SECONDS)
    return Succeed(name="Done", output=outcome)
