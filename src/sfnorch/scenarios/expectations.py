"""Compare a simulated run with what a scenario expects of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sfnorch.durations import format_duration
from sfnorch.json_values import Json, parse_json
from sfnorch.scenarios.matchers import MISSING, Mismatch, Words, describe, list_mismatches

if TYPE_CHECKING:
    from pydantic import BaseModel

    from sfnorch.documents.simulation import (
        SimulatedExecution,
        SimulatedJobRun,
        SimulatedMessage,
        SimulationDocument,
    )
    from sfnorch.scenarios.models import Expect, ExpectedExecution, ExpectedJobs, ExpectedNotification

_FAILING = ("ErrorCaught", "StateFailed")


def check_run(expect: Expect, run: SimulationDocument, stack_name: str) -> list[Mismatch]:
    """Return the differences between the run and what is expected of it, in the order of the expectations.

    `stack_name` begins the names of alarms, which a scenario can leave out.
    """
    first, given = run["executions"][0], expect.model_fields_set
    ended = {**_describe_end(first), "retries": sum(each["retries"] for each in run["executions"])}
    return [
        *_check_fields(expect, ended, "expect", first["ended"]),
        *_check_executions(expect, run),
        *(_check_jobs(expect.jobs, run["jobRuns"]) if expect.jobs else ()),
        *(_check_notifications(expect.notifications, run) if "notifications" in given else ()),
        *(_check_alarms(expect.alarms, run, stack_name) if "alarms" in given else ()),
        *_check_objects(expect.objects, run),
        *_check_limits(expect, run),
        *_check_assertions(expect.assertions, run),
    ]


def _check_fields(model: BaseModel, found: Mapping[str, Json], path: str, at: float | None) -> Iterator[Mismatch]:
    """Yield the differences of the fields that the scenario has, among those that are found."""
    for name in type(model).model_fields:
        if name in model.model_fields_set and name in found:
            for mismatch in list_mismatches(getattr(model, name), found[name], f"{path}.{name}"):
                yield mismatch._replace(at=at)


def _describe_end(execution: SimulatedExecution) -> dict[str, Json]:
    return {name: execution[name] for name in ("status", "error", "cause", "output")}


def _check_executions(expect: Expect, run: SimulationDocument) -> Iterator[Mismatch]:
    expected, path = expect.executions, "expect.executions"
    by_title: dict[str, list[SimulatedExecution]] = {}
    for execution in run["executions"]:
        by_title.setdefault(execution["title"], []).append(execution)
    if "started" in expect.model_fields_set:
        yield from _check_names(expect.started, by_title, "expect.started")
    for title, wanted in expected.items():
        yield from _check_execution(wanted, by_title.get(title, []), run, f"{path}.{title}")


def _check_execution(
    wanted: ExpectedExecution, executions: Sequence[SimulatedExecution], run: SimulationDocument, path: str
) -> Iterator[Mismatch]:
    if not executions:
        if wanted.model_fields_set != {"count"} or wanted.count != 0:
            known = ", ".join(dict.fromkeys(each["title"] for each in run["executions"]))
            yield Mismatch(path, "an execution", Words(f"{MISSING}; there are: {known}"))
        return
    last = executions[-1]
    found: dict[str, Json] = {
        **_describe_end(last),
        "input": last["input"],
        "states": [*last["states"]],
        "count": len(executions),
    }
    if "failed_at" in wanted.model_fields_set:
        found["failed_at"] = find_failed_state(run, last["arn"])
    yield from _check_fields(wanted, found, path, last["ended"])


def find_failed_state(run: SimulationDocument, execution: str) -> str:
    """Return the first state of the execution that failed after its retries; an empty text if none did."""
    events = (each for each in run["events"] if each["execution"] == execution and each["what"] in _FAILING)
    return next((event["state"] for event in events), "")


def _check_names(expected: Sequence[str], found: Mapping[str, Any], path: str) -> Iterator[Mismatch]:
    for name in expected:
        if name not in found:
            yield Mismatch(path, name, Words(f"{MISSING}; there are: {', '.join(found) or 'none'}"))
    for name in found:
        if name not in expected:
            yield Mismatch(path, f"no {name}", Words(name))


def _check_jobs(expected: ExpectedJobs, runs: Sequence[SimulatedJobRun]) -> Iterator[Mismatch]:
    path = "expect.jobs"
    by_job: dict[str, list[SimulatedJobRun]] = {}
    for run in runs:
        by_job.setdefault(run["job"], []).append(run)
    if "ran" in expected.model_fields_set:
        yield from _check_names(expected.ran, by_job, f"{path}.ran")
    for job in expected.includes:
        if job not in by_job:
            yield Mismatch(f"{path}.includes", f"a run of {job}", Words(f"{MISSING}; there are: {', '.join(by_job)}"))
    for job in expected.not_run:
        if found := by_job.get(job):
            count = "1 run" if len(found) == 1 else f"{len(found)} runs"
            yield Mismatch(f"{path}.not_run", f"no run of {job}", Words(count), found[0]["started"])
    yield from _check_order(expected.order, runs, f"{path}.order")
    for job, wanted in expected.runs.items():
        each = by_job.get(job, [])
        facts: dict[str, Json] = {"count": len(each)}
        if each:
            facts |= {"status": each[-1]["status"], "message": each[-1]["message"], "arguments": each[-1]["arguments"]}
        elif wanted.model_fields_set - {"count"}:
            yield Mismatch(f"{path}.runs.{job}", f"a run of {job}", MISSING)
        yield from _check_fields(wanted, facts, f"{path}.runs.{job}", each[-1]["started"] if each else None)


def _check_order(expected: Sequence[str], runs: Sequence[SimulatedJobRun], path: str) -> Iterator[Mismatch]:
    """Yield a difference for the first expected run that has not started after the one before it."""
    started = [run["job"] for run in sorted(runs, key=lambda run: run["started"])]
    index = 0
    for position, job in enumerate(expected):
        if job not in started[index:]:
            after = f" after {expected[position - 1]}" if position else ""
            yield Mismatch(f"{path}[{position}]", f"a run of {job}{after}", [*started])
            return
        index = started.index(job, index) + 1


def _check_notifications(expected: Sequence[ExpectedNotification], run: SimulationDocument) -> Iterator[Mismatch]:
    alarms = {f"alarm {each['alarm']}" for each in run["alarms"]}
    left = [message for message in run["messages"] if message["sender"] not in alarms]
    path = "expect.notifications"
    if not expected:
        for message in left:
            yield Mismatch(path, "no notification", message["subject"], message["at"])
    for index, wanted in enumerate(expected):
        place = f"{path}[{index}]"
        differences = [
            list(_check_fields(wanted, _describe_message(message), place, message["at"])) for message in left
        ]
        if not differences:
            subject = wanted.subject if "subject" in wanted.model_fields_set else {"any": True}
            yield Mismatch(place, f"a notification {describe(subject)}", MISSING)
            continue
        nearest = min(range(len(left)), key=lambda number: len(differences[number]))
        if differences[nearest]:
            yield from differences[nearest]
        else:
            del left[nearest]


def _describe_message(message: SimulatedMessage) -> dict[str, Json]:
    return {
        "subject": message["subject"],
        "message": message["message"],
        "topic": message["topic"],
        "sender": message["sender"],
        "attributes": message["attributes"],
    }


def _check_alarms(expected: Mapping[str, str], run: SimulationDocument, stack: str) -> Iterator[Mismatch]:
    last = {change["alarm"].removeprefix(f"{stack}-"): change for change in run["alarms"]}
    path = "expect.alarms"
    if not expected:
        for name, change in last.items():
            if change["after"] == "ALARM":
                yield Mismatch(f"{path}.{name}", "not ALARM", Words("ALARM"), change["at"])
    for name, state in expected.items():
        found = last.get(name) or last.get(name.removeprefix(f"{stack}-"))
        after = found["after"] if found else "INSUFFICIENT_DATA"
        if after != state:
            yield Mismatch(f"{path}.{name}", state, Words(after), found["at"] if found else None)


def _check_objects(expected: Mapping[str, Json], run: SimulationDocument) -> Iterator[Mismatch]:
    written = {f"s3://{each['bucket']}/{each['key']}": each for each in run["objects"]}
    for uri, wanted in expected.items():
        path = f"expect.objects.{uri}"
        if uri not in written:
            yield Mismatch(path, "an object", Words(f"{MISSING}; there are: {', '.join(written) or 'none'}"))
            continue
        found: Json = written[uri]["body"]
        if not isinstance(wanted, str):
            found = parse_json(written[uri]["body"])
        yield from (each._replace(at=written[uri]["at"]) for each in list_mismatches(wanted, found, path))


def _check_limits(expect: Expect, run: SimulationDocument) -> Iterator[Mismatch]:
    figures = run["figures"]
    if expect.ends_within is not None and figures["seconds"] > expect.ends_within:
        wanted = f"at most {format_duration(expect.ends_within)}"
        yield Mismatch("expect.ends_within", wanted, Words(format_duration(figures["seconds"])), figures["seconds"])
    for name, found in (
        ("transitions_at_most", figures["transitions"]),
        ("cost_at_most", figures["price"]),
        ("history_at_most", figures["history"]),
    ):
        most = getattr(expect, name)
        if most is not None and found > most:
            yield Mismatch(f"expect.{name}", f"at most {most}", found)


def _check_assertions(assertions: Sequence[str], run: SimulationDocument) -> Iterator[Mismatch]:
    if not assertions:
        return
    from sfnorch.evaluation.conditions import evaluate_condition  # loads the engine

    for index, code in enumerate(assertions):
        found = evaluate_condition(code, {**run})
        if found is not True:
            yield Mismatch(f"expect.assertions[{index}]", f"true for {code}", found if found is False else Words(found))
