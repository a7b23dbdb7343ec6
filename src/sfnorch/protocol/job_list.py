"""A list of Glue jobs that runs in sequence: the children of `master-child`, and the machine of `dynamic`.

The list comes from the input, from the stack, or from the plan. `CheckJobs` assigns the names to `jobs`. A variable
`done` has the number of jobs that succeeded before a failure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from sfnorch.json_values import Json, find_value, read_list, read_mapping, read_mappings
from sfnorch.protocol.mark import Mark, read_assigned_variables

ERROR = "GlueJobFailed"
"""The error of an execution with a job that failed."""

NO_JOB = "(all)"
"""The name in `remaining` if an error stopped the whole list, and no job is its reason."""


class JobListState:
    """Names of states."""

    RESOLVE_JOBS = "ResolveJobs"
    CHECK_JOBS = "CheckJobs"
    RUN_GIVEN_JOBS = "RunGivenJobs"
    CHECK_RETRIES = "CheckRetries"
    RUN_JOB = "RunJob"
    JOB_FAILED = "JobFailed"
    KEEP_FAILURE = "KeepFailure"


class JobListVariable:
    """Names of variables."""

    GIVEN = "given"
    ADDED = "added"
    JOBS = "jobs"
    SETTINGS = "settings"
    THREAD_ID = "threadId"
    THREAD = "thread"
    DONE = "done"


class GivenJob(TypedDict, total=False):
    """A job in an input, with arguments that override those in the plan."""

    name: str
    arguments: Mapping[str, str]


class JobListInput(TypedDict, total=False):
    """The input: the jobs to run, arguments for all of them, and the id of their thread.

    A master passes names and a list with the arguments of each job to a child.
    """

    threadId: str
    glueJobs: list[str] | list[str | GivenJob]
    arguments: Mapping[str, str] | list[Mapping[str, str]]


class JobListCause(TypedDict, total=False):
    """The cause of an execution that failed: the job, and the names of this job and the jobs after it.

    A machine that continues after failures has `jobs` instead of a single job: the outcome of each.
    """

    threadId: str
    job: str
    runId: str
    logGroup: str
    error: str
    message: str
    remaining: list[str]
    jobs: list[dict[str, Json]]


MARK = Mark(
    state=JobListState.RESOLVE_JOBS,
    variables=(JobListVariable.THREAD_ID, JobListVariable.GIVEN),
    states=(JobListState.CHECK_JOBS, JobListState.RUN_GIVEN_JOBS),
)


def name_job_state(retries: int) -> str:
    """Return the name of the state that runs a job with this number of retries."""
    return f"{JobListState.RUN_JOB}Again{retries}" if retries else JobListState.RUN_JOB


def is_job_list_required(definition: Mapping[str, Json]) -> bool:
    """Return whether the state machine requires jobs in its input: none of its rules has a job list."""
    rules = read_mappings(find_value(definition.get("States"), JobListState.CHECK_JOBS, "Choices"))
    assigned = (find_value(rule, "Assign", JobListVariable.JOBS) for rule in rules)
    return MARK.is_in(definition) and not any(isinstance(jobs, list) for jobs in assigned)


def read_remaining(cause: Mapping[str, Json]) -> list[str]:
    """Return the jobs that are left to run, from a cause; an empty list if it names none."""
    names = read_list(cause.get("remaining"))
    return [str(name) for name in names] if names != [NO_JOB] else []


def read_outcomes(cause: Mapping[str, Json]) -> list[tuple[str, str]] | None:
    """Return each job and its status, from the cause of a machine that continues after failures; None for others."""
    match cause.get("jobs"):
        case list() as rows:
            return [(str(row.get("job")), str(row.get("status"))) for row in read_mappings(rows)]
    return None


def read_job_run(cause: Mapping[str, Json]) -> tuple[str, str, str] | None:
    """Return the job that failed, its run and its log group, from a cause; None if it names no job run."""
    match cause.get("runId"):
        case str() as run_id:
            return str(cause.get("job", "?")), run_id, str(cause.get("logGroup") or "")
    return None


def list_setting_names(definition: Mapping[str, Json]) -> set[str]:
    """Return the names in its job lists that differ from the names in Glue: entries with settings."""
    return set(
        read_mapping(read_assigned_variables(definition, JobListState.RESOLVE_JOBS).get(JobListVariable.SETTINGS))
    )
