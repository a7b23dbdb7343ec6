"""`dynamic`: one state machine with concurrent executions, each of which runs the Glue jobs from its input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch import workflow as flow
from sfnorch.asl import (
    AnyState,
    Catcher,
    Choice,
    Fail,
    Graph,
    Pass,
    Rule,
    Substitution,
    Succeed,
    Task,
    Value,
    jsonata,
)
from sfnorch.glue_logs import LOG_GROUP
from sfnorch.integrations import alarm_state, glue_job
from sfnorch.patterns import given_jobs, job_failure, stack_parameters
from sfnorch.protocol.dynamic import MACHINE, DynamicState
from sfnorch.protocol.job_list import ERROR, JobListState, JobListVariable
from sfnorch.protocol.states import SharedState

if TYPE_CHECKING:
    from sfnorch.plan.models import DynamicPlan


# The messages of the failed jobs share the length that the cause of a Fail state can have.
_OUTCOMES = (
    """(
  $room := $min([<<length>>, $floor(16000 / $count($states.input.jobs[status = "FAILED"]))]);
  [$states.input.jobs.(status = "SUCCEEDED" ? $ : {
    "job": job, "status": status,
    "runId": <<run_id>>,
    "logGroup": <<log_group>>,
    "error": error,
    "message": $substring(<<message>>, 0, $room)
  })]
)""".replace("<<run_id>>", job_failure.RUN_ID)
    .replace("<<log_group>>", LOG_GROUP)
    .replace("<<message>>", job_failure.UNQUOTED.replace("<<message>>", job_failure.MESSAGE))
    .replace("<<cause>>", "cause")
)


def workflow(plan: DynamicPlan) -> flow.Workflow:
    """Return the workflow of a dynamic plan: one state machine with its role and its alarm."""
    alarm_name = flow.StackName(f"{MACHINE}-failed")
    machine = flow.StateMachine(
        key="",
        name=MACHINE,
        physical_name=flow.StackName(MACHINE),
        graph=_graph(plan),
        substitutions={"AlarmName": alarm_name},
        permissions=(
            *glue_job.permissions((job.name for job in plan.jobs), allowed=stack_parameters.ALLOWED),
            *alarm_state.permissions(alarm_name),
        ),
        alarm=flow.Alarm(
            name=alarm_name,
            description="An execution failed",
        ),
        place="jobs",
    )
    return flow.Workflow(
        description=f"{plan.name or 'Glue jobs'}: a state machine that runs the Glue jobs from its input.",
        machines=(machine,),
        topic=stack_parameters.topic(plan, published_by_machine=False),
        parameters=(
            stack_parameters.environment(plan),
            *stack_parameters.topic_parameters(plan, published_by_machine=False),
            stack_parameters.allowed_jobs(plan),
            stack_parameters.boundary(),
        ),
        outputs=(
            flow.Output(name="StateMachineArn", value=flow.MachineArn("")),
            flow.Output(name="AlarmTopicArn", value=flow.TopicArn()),
        ),
        logging=stack_parameters.logging(plan),
        tracing=plan.tracing,
        tags=plan.tags,
    )


def _graph(plan: DynamicPlan) -> Graph:
    goes_on = plan.continue_on_failure
    states: list[AnyState] = [
        _resolve(plan),
        Choice(name=JobListState.CHECK_JOBS, rules=(given_jobs.rule("$given"),), default=SharedState.INVALID_INPUT),
        given_jobs.run_given_jobs(
            plan.jobs,
            stop_at_failure=not goes_on,
            next_state=DynamicState.ANY_JOB_FAILED if goes_on else SharedState.CLEAR_ALARM,
        ),
    ]
    if goes_on:
        failed = jsonata('"FAILED" in $states.input.jobs.status')
        states.append(
            Choice(
                name=DynamicState.ANY_JOB_FAILED,
                rules=(Rule(condition=failed, next=SharedState.RAISE_ALARM),),
                default=SharedState.CLEAR_ALARM,
            )
        )
    states += [
        job_failure.clear_alarm(next_state=SharedState.DONE, output=jsonata("$states.input") if goes_on else None),
        _done(goes_on=goes_on),
        *(_failed_after_all() if goes_on else _failed_at_once()),
        given_jobs.wrong_list(),
    ]
    return Graph(*states, comment="Runs the Glue jobs from its input in sequence.")


def _resolve(plan: DynamicPlan) -> Pass:
    assign: dict[str, Value] = {
        JobListVariable.THREAD_ID: jsonata("[$states.input.threadId, $states.context.Execution.Name][0]"),
        JobListVariable.GIVEN: given_jobs.GIVEN,
    }
    if settings := given_jobs.settings(plan.jobs):
        assign[JobListVariable.SETTINGS] = settings
    if not plan.continue_on_failure:
        assign[JobListVariable.DONE] = 0
    return Pass(name=JobListState.RESOLVE_JOBS, assign=assign, next=JobListState.CHECK_JOBS)


def _done(*, goes_on: bool) -> Succeed:
    jobs = ', "jobs": $states.input.jobs' if goes_on else ""
    return Succeed(
        name=SharedState.DONE,
        output=jsonata(f'{{"threadId": $threadId, "jobCount": $count($jobs), "seconds": {job_failure.SECONDS}{jobs}}}'),
    )


def _failed_at_once() -> tuple[Task, Fail]:
    return job_failure.raise_alarm(next_state=DynamicState.EXECUTION_FAILED), job_failure.fail_with_cause(
        DynamicState.EXECUTION_FAILED
    )


def _failed_after_all() -> tuple[Task, Fail]:
    """Return the state that raises the alarm with the number of failures, and the Fail state that lists all jobs."""
    reason = """(
  $failed := $states.input.jobs[status = "FAILED"];
  $count($failed) & " of " & $count($states.input.jobs) & " jobs failed: "
    & $substring($join($failed.job, ", "), 0, <<length>>)
)"""
    cause = f"""$string({{
    "threadId": $threadId, "remaining": [$states.input.jobs[status = "FAILED"].job],
    "jobs": {_OUTCOMES}
  }})"""
    as_caught = jsonata("$states.input")
    alarm = alarm_state.set_alarm(
        SharedState.RAISE_ALARM,
        alarm=Substitution("AlarmName"),
        state="ALARM",
        reason=jsonata(reason, length=alarm_state.REASON_LENGTH - 100),
        output=as_caught,
        catch=Catcher(errors=("States.ALL",), output=as_caught, next=DynamicState.EXECUTION_FAILED),
        next_state=DynamicState.EXECUTION_FAILED,
    )
    failed = Fail(
        name=DynamicState.EXECUTION_FAILED,
        error=ERROR,
        cause=jsonata(cause, length=job_failure.MESSAGE_LENGTH),
    )
    return alarm, failed
