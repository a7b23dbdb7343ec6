"""A list of Glue jobs that runs in sequence: a child of `master-child`, or the machine of `dynamic`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json, find_value, read_list, read_mapping, read_string
from sfnorch.protocol.job_list import (
    ERROR,
    MARK,
    GivenJob,
    JobListInput,
    JobListVariable,
    read_outcomes,
    read_remaining,
)
from sfnorch.protocol.master_child import ChildVariable
from sfnorch.runs.kinds.kept_run import keep_passed_run
from sfnorch.runs.kinds.kind import (
    INTERRUPTED_STATUSES,
    NEW_RUN,
    MachineKind,
    Resumption,
    Threads,
    explain_end,
    list_names_in,
    refuse_running,
)
from sfnorch.runs.node import Node
from sfnorch.runs.record import Record


class JobListKind(MachineKind):
    """A state machine that runs a list of jobs."""

    mark = MARK
    work = "a list of jobs"
    takes_threads = True
    job_error = ERROR

    def name_job(self, record: Record, name: str, kind: str, state: str) -> str:
        """Return the job's name in the list of jobs, where a second entry with other settings has a number."""
        listed = read_string(find_value(record.variables.get(JobListVariable.JOBS), len(record.jobs)))
        return listed if listed.startswith(name) else name

    def list_to_come(self, record: Record) -> list[str]:
        """Return the jobs that have not started."""
        return list_planned(record)[len(record.jobs) :]

    def explain(self, record: Record) -> str:
        """Return why the execution failed; if it continued after failures, the jobs that failed."""
        outcomes = read_outcomes(record.facts)
        if outcomes is None:
            return super().explain(record)
        failed = [job for job, status in outcomes if status == "FAILED"]
        return f"{len(failed)} of {len(outcomes)} jobs failed: {', '.join(failed)}"

    def make_inputs(
        self,
        definition: Mapping[str, Json],
        threads: Threads,
        only: Sequence[str],
    ) -> dict[str, Mapping[str, object]]:
        """Return an input for each thread; an empty one without threads."""
        return make_thread_inputs(threads) or {"": {}}

    def resume(self, root: Node, parts: Sequence[str] = ()) -> Resumption:
        """Return how a list of jobs is resumed: with the job that failed and the jobs after it."""
        refuse_running(*root.list_nodes())
        record = root.record
        if record.status == "SUCCEEDED":
            raise SfnorchError("Nothing failed", hint=NEW_RUN)
        if not list_planned(record) and record.status in INTERRUPTED_STATUSES and isinstance(record.input, dict):
            kept = keep_passed_run(record)
            return Resumption(input={**record.input, **kept}, jobs={"jobs": list_given(record.input.get("glueJobs"))})
        remaining = list_left(record)
        if not remaining:
            raise SfnorchError(
                f"It ended {record.status} with no job left to run: {explain_end(record)}".rstrip(), hint=NEW_RUN
            )
        thread_id = record.variables.get(JobListVariable.THREAD_ID)
        given: JobListInput = {"threadId": thread_id} if isinstance(thread_id, str) else {}
        return Resumption(
            input={**given, **_describe_left_jobs(record), **keep_passed_run(record)},
            jobs={given.get("threadId", JobListVariable.JOBS): remaining},
        )


JOB_LIST = JobListKind()


def _describe_left_jobs(record: Record) -> JobListInput:
    """Return the jobs left to run as the input of the same state machine has them; a child gets names and a list."""
    if ChildVariable.CHILD not in record.variables:
        return {"glueJobs": list_left_jobs(record)}
    arguments = _list_left_arguments(record)
    return {"glueJobs": list_left(record), **({"arguments": [*arguments]} if any(arguments) else {})}


def make_thread_inputs(threads: Threads) -> dict[str, Mapping[str, object]]:
    """Return an input for each thread, by its id."""
    inputs: dict[str, JobListInput] = {
        thread: {"threadId": thread, "glueJobs": list(jobs)} for thread, jobs in threads.items()
    }
    return dict(inputs)


def list_given(given: Json) -> list[str]:
    """Return the jobs in an input, a list or a comma-separated text, to show them."""
    jobs = given.split(",") if isinstance(given, str) else read_list(given)
    return [str(find_value(job, "name") if isinstance(job, dict) else job).strip() for job in jobs]


def list_planned(record: Record) -> list[str]:
    """Return the jobs that an execution has to run, in sequence; if that is unknown, the jobs that it has run."""
    jobs = record.variables.get(JobListVariable.JOBS) if record.reading is JOB_LIST else None
    return list_names_in(jobs) if isinstance(jobs, list) else [job.name for job in record.jobs]


def list_left(record: Record) -> list[str]:
    """Return the jobs left to run: from the cause, otherwise those that have not succeeded in the history."""
    return read_remaining(record.facts) or [list_planned(record)[index] for index in _list_unfinished(record)]


def list_left_jobs(record: Record) -> list[str | GivenJob]:
    """Return the jobs left to run as the input of a main state machine has them: with the arguments of this input."""
    pairs = zip(list_left(record), _list_left_arguments(record), strict=True)
    return [{"name": name, "arguments": arguments} if arguments else name for name, arguments in pairs]


def _list_left_arguments(record: Record) -> list[dict[str, str]]:
    """Return the arguments from the input for each of the jobs left to run."""
    names, planned = list_left(record), list_planned(record)
    first = len(planned) - len(names)
    indexes = list(range(first, len(planned))) if first >= 0 and planned[first:] == names else _list_unfinished(record)
    added = [read_mapping(each) for each in read_list(record.variables.get(JobListVariable.ADDED))]
    if not added or len(indexes) != len(names):
        return [{} for _ in names]
    found = [added[index] if index < len(added) else added[0] for index in indexes]
    return [{key: read_string(value) for key, value in own.items()} for own in found]


def _list_unfinished(record: Record) -> list[int]:
    """Return which jobs have not succeeded, in order. The state machine visits each job once, in this order."""
    done = {index for index, job in enumerate(record.jobs) if job.status == "SUCCEEDED"}
    return [index for index in range(len(list_planned(record))) if index not in done]
