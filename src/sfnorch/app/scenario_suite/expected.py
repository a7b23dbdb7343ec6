"""What is expected of a run, from what the simulation shows: what a person checks, without what differs in each run."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sfnorch.app.scenario_suite.stable_values import (
    ANY,
    DIFFERENT,
    DIFFERENT_WORD,
    MOST_TEXT,
    hide,
    take_differences,
    take_lines,
    take_telling_part,
    write_pattern,
)
from sfnorch.documents.simulation import SimulatedExecution, SimulatedJobRun, SimulationDocument
from sfnorch.json_values import Json, write_compact
from sfnorch.scenarios.expectations import check_run, find_failed_state
from sfnorch.scenarios.models import Expect
from sfnorch.template.resources import shorten_arn

_MOST_OUTPUT, _MOST_JOBS, _MOST_RAN, _MOST_MISSING, _LEAST_TEXT = 1_500, 60, 8, 2, 8


def describe_expected(run: SimulationDocument, first: SimulationDocument, stack: str) -> dict[str, Any]:
    """Return what is expected of a run; `first` is the first run of the state machine.

    Of the first run, everything is described, of others what differs from it. `stack` begins the names of alarms.
    """
    start = run["executions"][0]
    expected: dict[str, Any] = {"status": start["status"]}
    if start["error"]:
        expected["error"] = start["error"]
    if cause := take_telling_part(start["cause"]):
        expected["cause"] = {"contains": cause}
    if start["status"] == "SUCCEEDED":
        usual = first["executions"][0]["output"] if run is not first else None
        if (output := _describe_output(_read_output(start), usual)) is not None:
            expected["output"] = output
    retries = sum(each["retries"] for each in run["executions"])
    if retries or any(find_failed_state(run, each["arn"]) for each in run["executions"]):
        expected["retries"] = retries
    if executions := dict(_describe_executions(run, first)):
        expected["executions"] = executions
    titles, usual_titles = _group(run), _group(first)
    if len(usual_titles.keys() - titles.keys()) > _MOST_MISSING:
        expected["started"] = list(titles)
    if jobs := _describe_jobs(run, first):
        expected["jobs"] = jobs
    expected["notifications"] = list(_describe_messages(run))
    expected["alarms"] = _describe_alarms(run, first, stack)
    if objects := _describe_objects(run):
        expected["objects"] = objects
    if assertions := list(_list_assertions(run, is_first=run is first)):
        expected["assertions"] = assertions
    return expected


def drop_wrong(expected: dict[str, Any], run: SimulationDocument, stack: str) -> dict[str, Any]:
    """Return what is expected without the keys that the run itself does not meet, so that the scenario passes."""
    wrong = {
        mismatch.path.split(".")[1].partition("[")[0]
        for mismatch in check_run(Expect.model_validate(expected), run, stack)
    }
    return {key: value for key, value in expected.items() if key not in wrong}


def _describe_executions(run: SimulationDocument, first: SimulationDocument) -> Iterator[tuple[str, Any]]:
    """Yield the executions that differ from those of the first run, by title; of the first run, all."""
    usual = _group(first) if first is not run else {}
    groups = _group(run)
    for title, group in groups.items():
        last, before = group[-1], usual.get(title, [])
        found: dict[str, Any] = {}
        is_start = last is run["executions"][0]
        if not is_start and _list_ends(group) != _list_ends(before):
            found["status"] = last["status"]
            if last["error"]:
                found["error"] = last["error"]
                if "/" in title and last["cause"]:  # an item of a Map, of which messages say less
                    found["cause"] = {"matches": write_pattern(last["cause"])}
            elif (output := _describe_output(_read_output(last), before[-1]["output"] if before else None)) is not None:
                found["output"] = output
        if last["status"] != "SUCCEEDED" and (failed_at := find_failed_state(run, last["arn"])):
            found["failed_at"] = failed_at
        if len(group) != max(len(before), 1):
            found["count"] = len(group)
        if found:
            yield title, found["status"] if found.keys() == {"status"} else found
    missing = [title for title in usual if title not in groups]
    if len(missing) <= _MOST_MISSING:
        yield from ((title, {"count": 0}) for title in missing)


def _list_ends(group: list[SimulatedExecution]) -> list[tuple[Json, ...]]:
    """Return how the executions ended, without their durations."""
    return [(each["status"], each["error"], write_compact(hide(_drop_seconds(each["output"])))) for each in group]


def _group(run: SimulationDocument) -> dict[str, list[SimulatedExecution]]:
    found: dict[str, list[SimulatedExecution]] = {}
    for execution in run["executions"]:
        found.setdefault(execution["title"], []).append(execution)
    return found


def _describe_alarms(run: SimulationDocument, first: SimulationDocument, stack: str) -> dict[str, str]:
    """Return the last states of alarms: those that differ from the first run, and those in ALARM."""
    last, usual = _list_alarms(run, stack), _list_alarms(first, stack) if first is not run else {}
    if "ALARM" not in last.values():
        return dict(sorted(last.items()))
    found = {name: state for name, state in last.items() if state == "ALARM" or usual.get(name) != state}
    missing = [name for name in usual if name not in last]
    return found | (dict.fromkeys(missing, "INSUFFICIENT_DATA") if len(missing) <= _MOST_MISSING else {})


def _list_alarms(run: SimulationDocument, stack: str) -> dict[str, str]:
    return {each["alarm"].removeprefix(f"{stack}-"): each["after"] for each in run["alarms"]}


def _describe_jobs(run: SimulationDocument, first: SimulationDocument) -> dict[str, Any]:
    """Return the jobs of the run: their order in the first run, in others what differs from it."""
    jobs = _list_jobs(run["jobRuns"])
    usual = _list_jobs(first["jobRuns"])
    described: dict[str, Any] = {}
    if not jobs:
        described["ran"] = []
    elif run is first:
        if len(jobs) <= _MOST_JOBS:
            described["order"] = jobs
    elif set(jobs) - set(usual) or (
        set(jobs) == set(usual)
        and len(set(jobs)) <= _MOST_RAN
        and all(each["status"] == "SUCCEEDED" for each in run["jobRuns"])
    ):
        described["ran"] = list(dict.fromkeys(jobs))
    else:
        described["not_run"] = [job for job in dict.fromkeys(usual) if job not in jobs]
    runs = dict(_describe_job_runs(run, first))
    if runs:
        described["runs"] = runs
    return described


def _list_jobs(runs: list[SimulatedJobRun]) -> list[str]:
    return [run["job"] for run in sorted(runs, key=lambda run: run["started"])]


def _describe_job_runs(run: SimulationDocument, first: SimulationDocument) -> Iterator[tuple[str, Any]]:
    """Yield what is unusual in the runs of each job: their number, the status and the arguments of the last one."""
    usual = _group_runs(first) if first is not run else {}
    for job, runs in _group_runs(run).items():
        last, before = runs[-1], usual.get(job, [])
        described: dict[str, Any] = {}
        if len(runs) != max(len(before), 1):
            described["count"] = len(runs)
        if last["status"] != "SUCCEEDED":
            described["status"] = last["status"]
        if last["arguments"] and not (before and hide(before[-1]["arguments"]) == hide(last["arguments"])):
            described["arguments"] = hide(last["arguments"])
        if described:
            yield job, described


def _group_runs(run: SimulationDocument) -> dict[str, list[SimulatedJobRun]]:
    found: dict[str, list[SimulatedJobRun]] = {}
    for each in run["jobRuns"]:
        found.setdefault(each["job"], []).append(each)
    return found


def _describe_messages(run: SimulationDocument) -> Iterator[Json]:
    alarms = {f"alarm {each['alarm']}" for each in run["alarms"]}
    for message in run["messages"]:
        if message["sender"] not in alarms:
            described: dict[str, Json] = {"subject": hide(message["subject"])}
            described["topic"] = {"contains": shorten_arn(message["topic"])}
            if text := take_lines(message["message"]):
                described["message"] = {"contains": text}
                last = DIFFERENT_WORD.split(message["message"].split("\n")[-1])[0].strip()
                if len(last) > _LEAST_TEXT and last not in text:
                    described["message"] = {"contains": text, "matches": re.escape(last).replace("\\ ", " ")}
            if message["attributes"]:
                described["attributes"] = hide(message["attributes"])
            yield described


def _drop_seconds(output: Json) -> Json:
    """Return the output without its duration."""
    if isinstance(output, dict):
        return {name: value for name, value in output.items() if name != "seconds"}
    return output


def _read_output(execution: SimulatedExecution) -> Json:
    """Return the output, with any duration if that includes the delays of retries, which are random."""
    output = execution["output"]
    if execution["retries"] and isinstance(output, dict) and "seconds" in output:
        return {**output, "seconds": ANY}
    return output


def _describe_output(output: Json, usual: Json) -> Json:
    """Return what is expected of an output; None for one that is large, or as usual."""
    hidden = hide(output)
    if usual is not None:
        before = hide(usual)
        if isinstance(hidden, dict) and isinstance(before, dict) and hidden.keys() & before.keys():
            part = take_differences(hidden, before) or dict.fromkeys(list(hidden)[:1], ANY)
            hidden = {"contains": part}
        elif hidden == before:
            return None
    return hidden if hidden is not None and len(write_compact(hidden)) <= _MOST_OUTPUT else None


def _describe_objects(run: SimulationDocument) -> dict[str, Json]:
    """Return the objects that were written under a name that is the same in each run."""
    found: dict[str, Json] = {}
    for each in run["objects"]:
        uri = f"s3://{each['bucket']}/{each['key']}"
        if not DIFFERENT.search(uri) and len(each["body"]) <= _MOST_OUTPUT:
            try:
                found[uri] = hide(json.loads(each["body"]))
            except ValueError:
                found[uri] = hide(each["body"])
    return found


def _list_assertions(run: SimulationDocument, *, is_first: bool) -> Iterator[str]:
    """Yield conditions on what expectations have no keys for: objects, the reasons and notifications of alarms."""
    raised = [each for each in run["alarms"] if each["after"] == "ALARM"]
    for each in {each["reason"]: each for each in raised or run["alarms"][:is_first]}.values():
        if len(each["reason"]) <= MOST_TEXT and not DIFFERENT.search(each["reason"]):
            yield f'{write_compact(each["reason"])} in alarms[after = "{each["after"]}"].reason'
    for bucket, count in Counter(each["bucket"] for each in run["objects"]).items():
        yield f"$count(objects[bucket = {write_compact(bucket)}]) = {count}"
    if raised:
        notified = sum(len(each["notified"]) for each in raised)
        yield f'$count(alarms[after = "ALARM"].notified) = {notified}'
