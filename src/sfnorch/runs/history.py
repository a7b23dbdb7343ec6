"""Fold the events of an execution history into its record: its jobs, its child executions, its end.

The fold knows the events of Step Functions, and no pattern. The `Reading` of the record says what a state machine of a
pattern means by its states and variables; `runs/kinds` contains the readings.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from sfnorch.aws.polling import Clock, add_retries
from sfnorch.glue_logs import parse_log_group
from sfnorch.json_values import Json, find_value, parse_json, read_mapping, read_string
from sfnorch.runs.events import (
    BAD_ACTIONS,
    CONTINUING,
    CRAWL_ENDS,
    END_STATUSES,
    EXISTS,
    ID_KEYS,
    PARTS,
    STARTED,
    STATEMENT_ENDS,
    has_execution_start,
    read_details,
)
from sfnorch.runs.executions import read_events_after
from sfnorch.runs.job import ExecutedJob, JobChange
from sfnorch.runs.job_waiting import measure_waiting
from sfnorch.runs.record import UNREAD_EXECUTION, Record

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient
    from types_boto3_stepfunctions.type_defs import HistoryEventTypeDef


def read_events(record: Record, events: Iterable[HistoryEventTypeDef]) -> Iterator[JobChange]:
    """Read the next events, and yield what has changed."""
    trace = record.trace
    for event in events:
        number, before, kind = event["id"], event.get("previousEventId", 0), event["type"]
        record.last_event = number
        record.states.read(event)
        trace.visits[number] = number if kind == "TaskStateEntered" else trace.visits.get(before, 0)
        trace.holders[number] = number if kind == "ParallelStateEntered" else trace.holders.get(before, 0)
        trace.iterations[number] = trace.iterations.get(before)
        if kind == "MapIterationStarted":
            trace.iterations[number] = int(str(read_details(event).get("index", 0)))
        if kind.endswith("StateEntered"):
            record.entered.append(str(read_details(event).get("name", "")))
            trace.names[number] = record.entered[-1]
        record.messages.read_event(event)
        fold = _FOLDS.get(event["type"])
        if fold is not None:
            yield from fold(record, event)
        elif event["type"] in END_STATUSES:
            yield from _end_execution(record, event)
        elif event["type"].endswith("StateExited"):
            yield from _read_variables(record, event)


def read_whole_record(client: SFNClient, arn: str, clock: Clock) -> Record:
    """Return the record of the execution so far; transient errors are retried."""
    record = Record()
    for _ in read_events(record, add_retries(read_events_after, clock)(client, arn, 0)):
        pass
    return record


def _end_execution(record: Record, event: HistoryEventTypeDef) -> Iterator[JobChange]:
    record.status, record.ended = END_STATUSES[event["type"]], event["timestamp"]
    details = read_details(event)
    record.output = parse_json(details.get("output", "null"))
    record.error, record.cause = str(details.get("error", "")), str(details.get("cause", ""))
    for job in record.jobs:
        if job.ended is None and job.kind == "workflow" and record.status == "SUCCEEDED":
            job.status, job.ended = "HANDED_OVER", event["timestamp"]
        elif job.ended is None:
            job.status, job.ended, job.cut_off = "STOPPED", event["timestamp"], True
    told = "" if record.jobs and record.error and record.error == record.reading.job_error else record.message
    yield JobChange(at=event["timestamp"], status=record.status, message=": ".join(filter(None, (record.error, told))))


def _begin_execution(record: Record, event: HistoryEventTypeDef) -> Iterator[JobChange]:
    record.started = event["timestamp"]
    record.input = parse_json(read_details(event).get("input", "null"))
    yield JobChange(at=event["timestamp"], status="RUNNING")


def _mark_redriven(record: Record, event: HistoryEventTypeDef) -> Iterator[JobChange]:
    """Mark the execution as running again after a redrive.

    https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
    """
    record.status, record.ended, record.output, record.error, record.cause = "RUNNING", None, None, "", ""
    yield JobChange(at=event["timestamp"], status="RUNNING", message="redriven")


def _read_variables(record: Record, event: HistoryEventTypeDef) -> Iterator[JobChange]:
    """Read the variables that a state has assigned; yield the workflow run that the execution continues."""
    details = read_details(event)
    state, assigned = str(details.get("name", "")), read_mapping(details.get("assignedVariables"))
    if record.reading is UNREAD_EXECUTION:
        record.reading = record.recognize(state, assigned) or UNREAD_EXECUTION
    record.assigned.setdefault(state, tuple(assigned))
    record.variables.update({name: parse_json(value) for name, value in assigned.items()})
    if found := record.reading.find_run(record, state):
        name, run_id = found
        yield _continue_run(record, event, run_id, name)


def _continue_run(record: Record, event: HistoryEventTypeDef, run_id: str, name: str) -> JobChange:
    """Read a workflow run that another execution has started."""
    job = ExecutedJob(name=name, glue_name=name, started=event["timestamp"], kind="workflow", status="RUNNING")
    job.run_id = run_id
    record.jobs.append(job)
    return JobChange(at=event["timestamp"], status="RUNNING", job=name, run_id=run_id)


def _begin_map_run(record: Record, event: HistoryEventTypeDef) -> Iterator[JobChange]:
    """Keep the ARN of the Map Run; yield nothing, because its items are not in the history."""
    yield from ()
    record.map_runs.append(str(read_details(event).get("mapRunArn", "")))


def _mark_scheduled(record: Record, event: HistoryEventTypeDef) -> Iterator[JobChange]:
    """Yield nothing: the next event shows whether the task runs or was rejected."""
    yield from ()
    details = read_details(event)
    parameters = read_mapping(parse_json(details.get("parameters", "{}")))
    if has_execution_start(details):
        machine = str(parameters.get("StateMachineArn", "")).rpartition(":")[2]
        record.trace.executions[record.trace.visits[event["id"]]] = machine
    call = (str(details.get("resourceType")), str(details.get("resource")))
    kind = _find_kind(record, call, event)
    if not kind:
        return
    visit = record.trace.visits[event["id"]] = record.trace.visits[event["id"]] or event["id"]
    state, holder = record.trace.names.get(visit, ""), record.trace.holders[event["id"]]
    is_part = record.reading.is_part(state, record.trace.names.get(holder, ""))
    job = record.trace.jobs.get(visit) or (record.trace.jobs.get(holder) if is_part else None)
    if job is None:
        named_by = STARTED[call].named_by if call in STARTED else ""
        own = str(parameters.get(named_by, "?")) if named_by else state or "?"
        name = record.reading.name_job(record, own, kind, state)
        job = ExecutedJob(name=name, glue_name=own, started=event["timestamp"], kind=kind)
        job.iteration = record.trace.iterations[event["id"]]
        record.jobs.append(job)
    else:
        job.start_retry(event["timestamp"])
    record.trace.jobs[visit] = job
    if is_part:
        record.trace.jobs[holder] = job


def _find_kind(record: Record, call: tuple[str, str], event: HistoryEventTypeDef) -> str:
    """Return the kind of the task: a job run, a workflow run, a statement; an empty text for others."""
    if call in STARTED:
        return STARTED[call].kind
    is_work = record.reading.is_work(record.trace.names.get(record.trace.visits[event["id"]], ""))
    return "call" if is_work and call not in PARTS and call[0] != "states" else ""


def _mark_submitted(record: Record, event: HistoryEventTypeDef) -> Iterator[JobChange]:
    job = _find_job(record, event)
    output = parse_json(read_details(event).get("output", "{}"))
    if not isinstance(output, dict):
        return
    if job is not None:
        job.status, job.run_id = "RUNNING", str(output.get(ID_KEYS.get(job.kind, ""), ""))
        again = f"attempt {job.attempts}" if job.attempts > 1 else ""
        yield JobChange(at=event["timestamp"], status="RUNNING", job=job.name, run_id=job.run_id, message=again)
    elif "ExecutionArn" in output:
        visit = record.trace.visits[event["id"]]
        record.started_executions[visit] = str(output["ExecutionArn"])
        record.ended_executions.discard(visit)
        record.refused_executions.pop(visit, None)


def _mark_succeeded(record: Record, event: HistoryEventTypeDef) -> Iterator[JobChange]:
    job = _find_job(record, event)
    run = parse_json(read_details(event).get("output", "{}"))
    _mark_execution_ended(record, event)
    if job is None:
        yield from _read_answer(record, event, read_mapping(run))
        return
    if job.kind in CONTINUING:
        job.status = "RUNNING"
        job.run_id = str(read_mapping(run).get(ID_KEYS[job.kind], ""))
        yield JobChange(at=event["timestamp"], status="RUNNING", job=job.name, run_id=job.run_id)
        return
    if job.kind in ("call", "query"):
        yield _end_job(job, event, "SUCCEEDED", "")
        return
    if not isinstance(run, dict):  # the truncated result has no run
        run = {"JobRunState": "STOPPED"}
    state = str(run.get("JobRunState", "SUCCEEDED"))
    job.log_group, job.waiting = str(run.get("LogGroupName") or ""), measure_waiting(run)
    yield _end_job(job, event, state, str(run.get("ErrorMessage") or ""))


def _read_answer(record: Record, event: HistoryEventTypeDef, answer: Mapping[str, Json]) -> Iterator[JobChange]:
    """Yield the new status of a workflow run, a crawl or a statement; of a started execution, that it runs."""
    run = read_mapping(answer.get("Run"))
    if has_execution_start(read_details(event)) and "ExecutionArn" in answer:
        record.next_execution = str(answer["ExecutionArn"])
    elif "WorkflowRunId" in run:
        yield from _read_workflow_run(record, event, run)
    elif find_value(answer.get("Crawler"), "State") == "READY":
        yield from _end_crawl(record, event, read_mapping(answer["Crawler"]))
    elif (status := str(answer.get("Status"))) in STATEMENT_ENDS:
        for job in record.jobs:
            if job.run_id == answer.get("Id") and job.ended is None:
                yield _end_job(job, event, STATEMENT_ENDS[status], str(answer.get("Error") or ""))


def _end_crawl(record: Record, event: HistoryEventTypeDef, crawler: Mapping[str, Json]) -> Iterator[JobChange]:
    """Yield the end of the crawl that the execution started, as the crawler reports its last crawl."""
    status = CRAWL_ENDS.get(read_string(find_value(crawler.get("LastCrawl"), "Status")))
    for job in record.jobs:
        if status and job.kind == "crawl" and job.ended is None and job.glue_name == crawler.get("Name"):
            message = read_string(find_value(crawler.get("LastCrawl"), "ErrorMessage"))
            yield _end_job(job, event, status, message)


def _read_workflow_run(record: Record, event: HistoryEventTypeDef, run: Mapping[str, Json]) -> Iterator[JobChange]:
    """Yield the new status of a workflow run; of a run that another execution has started, that it runs."""
    run_id, name = str(run["WorkflowRunId"]), str(run.get("Name", "?"))
    job = next((each for each in record.jobs if each.run_id == run_id), None)
    if job is None:
        yield _continue_run(record, event, run_id, name)
        job = record.jobs[-1]
    if run.get("Status") in ("COMPLETED", "STOPPED", "ERROR") and job.ended is None:
        bad = {key: number for key, number in read_mapping(run.get("Statistics")).items() if number}
        words = ", ".join(f"{bad[key]} {what}" for key, what in BAD_ACTIONS.items() if key in bad)
        well = run["Status"] == "COMPLETED" and not words
        message = "; ".join(filter(None, (words, str(run.get("ErrorMessage") or ""))))
        yield _end_job(job, event, "SUCCEEDED" if well else "FAILED", message)


def _mark_failed(record: Record, event: HistoryEventTypeDef) -> Iterator[JobChange]:
    job = _find_job(record, event)
    details = read_details(event)
    error, cause = str(details.get("error", "")), str(details.get("cause", ""))
    words = ": ".join(filter(None, (error, cause)))
    visit = record.trace.visits[event["id"]]
    _mark_execution_ended(record, event)
    if exists := EXISTS.fullmatch(words):  # it runs, or has run, already: follow it
        record.started_executions[visit] = exists[1]
    elif visit in record.trace.executions and visit not in record.started_executions:
        record.refused_executions[visit] = (record.trace.executions[visit], words)
    if job is None:
        return
    run = read_mapping(parse_json(cause))
    job.log_group = parse_log_group(cause)
    if "errorMessage" in run:  # the error of a function
        yield _end_job(job, event, "FAILED", f"{error}: {run['errorMessage']}")
    elif reason := read_string(find_value(run, "QueryExecution", "Status", "StateChangeReason")):
        yield _end_job(job, event, "FAILED", reason)
    elif "JobRunState" in run:
        job.run_id, job.waiting = job.run_id or str(run.get("Id", "")), measure_waiting(run)
        yield _end_job(job, event, str(run["JobRunState"]), str(run.get("ErrorMessage") or error))
    else:
        status = "TIMED_OUT" if event["type"] == "TaskTimedOut" else "FAILED"
        yield _end_job(job, event, status, words)


def _mark_execution_ended(record: Record, event: HistoryEventTypeDef) -> None:
    visit = record.trace.visits[event["id"]]
    if visit in record.started_executions:
        record.ended_executions.add(visit)


def _find_job(record: Record, event: HistoryEventTypeDef) -> ExecutedJob | None:
    return record.trace.jobs.get(record.trace.visits[event["id"]])


def _end_job(job: ExecutedJob, event: HistoryEventTypeDef, status: str, message: str) -> JobChange:
    job.status, job.message, job.ended = status, message, event["timestamp"]
    return JobChange(at=event["timestamp"], status=status, job=job.name, run_id=job.run_id, message=message)


_FOLDS: dict[str, Callable[[Record, HistoryEventTypeDef], Iterator[JobChange]]] = {
    "ExecutionStarted": _begin_execution,
    "ExecutionRedriven": _mark_redriven,
    "MapRunStarted": _begin_map_run,
    "TaskScheduled": _mark_scheduled,
    "TaskSubmitted": _mark_submitted,
    "TaskSucceeded": _mark_succeeded,
    "TaskFailed": _mark_failed,
    "TaskTimedOut": _mark_failed,
    "TaskSubmitFailed": _mark_failed,
    "TaskStartFailed": _mark_failed,
}
