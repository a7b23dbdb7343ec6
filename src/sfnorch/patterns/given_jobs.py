"""The Map that runs a list of jobs in sequence, with their settings in the plan and their arguments.

`job_lists` assigns the variables: `jobs`, the names; `added`, the arguments from the input; `settings`, the settings in
the plan by job name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sfnorch.asl import (
    AnyState,
    Catcher,
    Choice,
    ChoiceRule,
    Expression,
    Fail,
    Graph,
    Map,
    Pass,
    Task,
    Value,
    jsonata,
    read_program,
)
from sfnorch.integrations import glue_job
from sfnorch.patterns.job_arguments import convert_arguments, has_expressions
from sfnorch.patterns.job_failure import ITEM_CAUSE, ITEM_POSITION, catch_any_error
from sfnorch.patterns.state_names import build_state_names
from sfnorch.protocol.job_list import ERROR, JobListState, JobListVariable, name_job_state
from sfnorch.protocol.states import SharedState

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyJob

CAUSE_LENGTH = 5_000
"""The length to which the cause of an item is cut: fifty such failures fit into the 256 KiB of the Map."""

_LONGEST = 300
"""The largest number of characters of a name in a list: 255 for Glue, and a number after it."""

INPUT_ARGUMENTS = jsonata("$exists($states.input.arguments) ? $states.input.arguments : {}")
"""JSONata: the arguments for all jobs from the input."""


def run_names(jobs: Sequence[AnyJob]) -> list[str]:
    """Return the names of the plan's jobs in lists. A job that repeats with other settings is `name (2)`."""
    first: dict[str, AnyJob] = {}
    differ = any(first.setdefault(job.name, job) != job for job in jobs)
    return (
        build_state_names((job.name for job in jobs), taken=(), length=_LONGEST)
        if differ
        else [job.name for job in jobs]
    )


def list_renamed(jobs: Sequence[AnyJob], full_names: Mapping[str, str]) -> dict[str, str]:
    """Return the names of the jobs in lists by the names that they would have with their names in the plan.

    `full_names` are the names of jobs in the environment by their names in the plan.
    """
    short = {full: name for name, full in full_names.items()}
    return {
        short[job.name] + name.removeprefix(job.name): name
        for name, job in zip(run_names(jobs), jobs, strict=True)
        if job.name in short
    }


def collect_settings(jobs: Sequence[AnyJob]) -> dict[str, Value]:
    """Return the settings of the jobs that have any, by name in lists: the arguments of StartJobRun, and `Retries`.

    Arguments with expressions are left out: only the state that runs the job can catch their errors.
    """
    by_name: dict[str, Value] = {}
    for name, job in zip(run_names(jobs), jobs, strict=True):
        arguments = {} if has_expressions(job.arguments) else job.arguments
        settings = glue_job.start_arguments(job, job.name, arguments)
        if name == job.name:
            settings.pop("JobName")
        if job.retries:
            settings["Retries"] = job.retries
        if settings:
            by_name[name] = settings
    return by_name


def run_given_jobs(
    jobs: Sequence[AnyJob], run_arguments: Mapping[str, str], *, stop_at_failure: bool, next_state: str
) -> Map:
    """Return the Map state `RunGivenJobs`, which runs `$jobs` in sequence with the settings of `jobs` in the plan.

    `run_arguments` are the arguments that every job run gets.

    With `stop_at_failure`, a failed item ends in a Fail state that names the job and stops the Map; the Catch of the
    Map leads to `RaiseAlarm`. Without it, the failure is the outcome of the item, and the output of the Map is
    `{"jobs": [outcome of each]}`.
    """
    retries = sorted({job.retries for job in jobs if job.retries})
    failed = _build_job_failed_state() if stop_at_failure else _keep_failure()
    output = jsonata("{}") if stop_at_failure else _SUCCEEDED
    tasks = [
        _run_job(times, arguments=_build_arguments(jobs, run_arguments, times), failed=failed.name, output=output)
        for times in (0, *retries)
    ]
    states: list[AnyState] = [*tasks, failed]
    if retries:  # the Retry of a state is fixed: a task for each number of retries in the plan
        rules = tuple(
            ChoiceRule(
                condition=jsonata("<{settings}>.Retries = <<times>>", settings=_SETTINGS, times=times),
                next=name_job_state(times),
            )
            for times in retries
        )
        states.insert(0, Choice(name=JobListState.CHECK_RETRIES, rules=rules, default=name_job_state(0)))
    return Map(
        name=JobListState.RUN_GIVEN_JOBS,
        items=jsonata("[0..$count($jobs) - 1]"),
        max_concurrency=1,
        processor=Graph(*states),
        catch=_catch_item_errors()
        if stop_at_failure
        else catch_any_error(SharedState.RAISE_ALARM, output=_report_unexpected()),
        output=None if stop_at_failure else {"jobs": jsonata("$states.result")},
        next=next_state,
    )


# An item is the index of its job in `jobs`.
_JOB = jsonata("$jobs[$states.input]")
_SETTINGS = jsonata("$lookup($settings, <{job}>)", job=_JOB)
_OWN = jsonata("$append($added[$states.input], $added)[0]")
_RUN = '$merge([{"JobName": <{job}>}, <{own}>.($ != {} ? {"Arguments": $})])'


def _build_arguments(jobs: Sequence[AnyJob], run_arguments: Mapping[str, str], retries: int) -> Expression:
    """Return the arguments of the task that runs the jobs with this number of retries, and any other job if it is 0."""
    has_settings = bool(collect_settings(jobs))
    if not (has_settings or run_arguments or any(has_expressions(job.arguments) for job in jobs)):
        return jsonata(_RUN, job=_JOB, own=_OWN)
    planned = jsonata("$own.Arguments")
    for name, job in reversed(list(zip(run_names(jobs), jobs, strict=True))):
        if job.retries == retries and has_expressions(job.arguments):
            planned = jsonata(
                "<{job}> = <<name>> ? <{arguments}> : <{others}>",
                job=_JOB,
                name=name,
                arguments=convert_arguments(job.arguments),
                others=planned,
            )
    always = convert_arguments(run_arguments)
    run = read_program(__package__, "job_run").fill(
        job=_JOB,
        settings=_SETTINGS if has_settings else jsonata("{}"),
        always=always if isinstance(always, Expression) else jsonata("{}"),
        planned=planned,
        own=_OWN,
    )
    if not any(job.retries for job in jobs):
        return run
    return jsonata('$sift(<{run}>, function($value, $key) { $key != "Retries" })', run=run)


def _run_job(retries: int, *, arguments: Value, failed: str, output: Expression) -> Task:
    # no DataLimitExceeded here: it would be an error of the Map
    caught = Catcher(
        errors=("States.ALL",),
        output=jsonata('$merge([$states.errorOutput, {"at": $states.input}])'),
        next=failed,
    )
    return glue_job.run_job(
        name_job_state(retries), arguments=arguments, retries=retries, catch=(caught,), output=output
    )


_SUCCEEDED = jsonata('{"job": <{job}>, "status": "SUCCEEDED", "runId": $states.result.Id}', job=_JOB)


# The cause is not parsed here, because these states have no Catch.
def _build_job_failed_state() -> Fail:
    return Fail(name=JobListState.JOB_FAILED, error=ERROR, cause=ITEM_CAUSE)


def _catch_item_errors() -> tuple[Catcher, ...]:
    too_much, any_other = catch_any_error(SharedState.RAISE_ALARM)
    # an error that does not come from an item is unexpected, and has no job
    done = jsonata("$min([$count($jobs), <{position}>])", position=ITEM_POSITION)
    return (too_much, any_other._replace(assign={JobListVariable.DONE: done}))


def _keep_failure() -> Pass:
    return Pass(
        name=JobListState.KEEP_FAILURE, output=read_program(__package__, "kept_failure").fill(length=CAUSE_LENGTH)
    )


def _report_unexpected() -> Expression:
    """Return the outcomes after an error that stops the Map though no failure of an item does."""
    return read_program(__package__, "unexpected_failure").fill()
