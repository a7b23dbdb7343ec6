"""Record an execution as a scenario of `sfnorch test`: its input, what its tasks returned, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from sfnorch.app.account import AwsAccount
from sfnorch.app.executions import ExecutionRequest, find_execution
from sfnorch.app.recorded.behaviour import describe_activities, format_seconds
from sfnorch.app.recorded.calls import RecordedCalls, locate_calls, name_execution
from sfnorch.app.recorded.job_runs import RecordedActivity, list_activities
from sfnorch.app.recorded.mocks import describe_mocks
from sfnorch.app.recorded.outcome import describe_outcome, name_failure
from sfnorch.app.recorded.target import SavedFile, TargetRequest, find_target
from sfnorch.app.sources import PlanSource
from sfnorch.aws.secrets import mask_secrets
from sfnorch.json_values import Json, find_value, read_mapping
from sfnorch.protocol.run_context import PARAMS, RUN, SCHEDULED_AT
from sfnorch.runs.executions import read_machine_name
from sfnorch.runs.parameters import find_unknown, has_run_context
from sfnorch.runs.recorded import MOST_ITEMS, RecordedExecution, read_recorded_execution
from sfnorch.scenarios.placeholders import Placeholders, ReplacedCounts
from sfnorch.scenarios.writing import Comments, format_scenarios

if TYPE_CHECKING:
    from sfnorch.template.contents import Machine

_MOST_NAME = 200
_SCENARIO: tuple[str | int, ...] = ("scenarios", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRequest:
    """An execution to record, and what the scenario runs."""

    execution: ExecutionRequest
    plan: PlanSource = None
    """The plan that the scenario runs. Without a plan and a template, it runs what is deployed."""
    template: Path | None = None
    """The path of a template or a definition instead of a plan."""
    name: str = ""
    """The name of the scenario; by default the name of the execution, and how it ended."""
    folder: Path = Path()
    """The folder of the scenario file, to which the paths in it are relative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recorded scenario: the text of its file, and a file beside it if it has no plan and no template."""

    execution: str
    """The name of the execution."""
    text: str
    saved: SavedFile | None
    executions: int
    """How many executions were read."""
    replaced: ReplacedCounts
    """How many account IDs, names of buckets and secrets have placeholders."""
    notes: Sequence[str]
    """What the scenario does not reproduce, as sentences."""


def record(request: RecordRequest, account: AwsAccount | None = None) -> Recording:
    """Return an execution as a scenario, as `sfnorch record` writes it. Nothing is written.

    Raises SfnorchError if the execution does not exist or has not ended, and for a template without its state machine.
    """
    found = find_execution(request.execution, account or AwsAccount())
    account, session = found.account, found.account.session
    with account.waits("Reading the execution's history"):
        root = read_recorded_execution(session.stepfunctions, found.arn, account.clock)
        target = find_target(
            TargetRequest(
                arn=found.arn,
                plan=request.plan,
                template=request.template,
                stack_name=request.execution.stack_name,
                folder=request.folder,
            ),
            account,
        )
    calls = locate_calls(root, target.template)
    activities = list_activities(calls)
    given, comments, notes = _describe_given(root, calls, activities)
    scenario: dict[str, Json] = {
        "name": (request.name or f"{root.name}: {name_failure(root, calls, activities)}")[:_MOST_NAME],
        **_describe_start(root, target.machine, target.template.build_title(target.machine)),
    }
    if given:
        scenario["given"] = given
    scenario["expect"] = describe_outcome(root, calls, activities)
    document: dict[str, Json] = {"target": {**target.document}, "scenarios": [scenario]}
    placeholders = Placeholders()
    masked = _mask(document)
    saved_text = mask_secrets(target.saved.text) if target.saved else ""
    placeholders.find_in([root.arn, masked, saved_text])
    lost = [placeholders.replace_text(f"The scenario does not reproduce {note}.") for note in notes]
    header = [*_describe_origin(root), *_describe_replaced(placeholders.counts), *_list_note_lines(notes)]
    return Recording(
        execution=root.name,
        text=format_scenarios(
            read_mapping(placeholders.replace(masked)),
            header=[placeholders.replace_text(line) for line in header],
            comments={(*_SCENARIO, "given", *path): lines for path, lines in comments.items()},
        ),
        saved=SavedFile(name=target.saved.name, text=placeholders.replace_text(saved_text)) if target.saved else None,
        executions=len(list(root.list_executions())),
        replaced=placeholders.counts,
        notes=[*([target.note] if target.note else []), *lost],
    )


def _describe_start(root: RecordedExecution, machine: Machine, title: str) -> dict[str, Json]:
    """Return how the execution started: its input, the parameters of the run, and its time."""
    record, definition = root.record, machine.definition.data if machine.definition else {}
    started = record.started or datetime.fromtimestamp(0, timezone.utc)
    at = started.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    described: dict[str, Json] = {}
    given = record.input
    if isinstance(given, dict) and has_run_context(definition):
        given = dict(given)
        params = read_mapping(given.get(PARAMS))
        if params and not list(find_unknown(title, definition, params)):
            described["params"] = given.pop(PARAMS)
        if isinstance(scheduled := find_value(given, RUN, SCHEDULED_AT), str):
            at = scheduled
            given[RUN] = {key: value for key, value in read_mapping(given[RUN]).items() if key != SCHEDULED_AT}
            if not given[RUN]:
                del given[RUN]
    whole: dict[str, Json] = {} if given == {} else {"input": given}
    return {**whole, **described, "at": at}


def _describe_given(
    root: RecordedExecution, calls: RecordedCalls, activities: Sequence[RecordedActivity]
) -> tuple[dict[str, Json], Comments, list[str]]:
    """Return what happens in the run, comments on it by its keys, and what it does not reproduce."""
    given, comments = describe_activities(activities)
    mocks, notes = describe_mocks(calls)
    if mocks:
        given["mocks"] = mocks
    record = root.record
    seconds = (record.ended - record.started).total_seconds() if record.ended and record.started else 0.0
    if record.status == "ABORTED":
        given["stop_after"] = format_seconds(seconds)
    if record.next_execution and read_machine_name(record.next_execution) == root.machine:
        given["until"] = format_seconds(seconds + 1)
    notes += [f"{name}, which the template does not have" for name in calls.unknown]
    for each in calls.executions:
        title = name_execution(each, calls.template)
        if each.execution.is_redriven:
            notes.append(f"the redrive of {title}: this is what happened before it")
        notes += [
            f"the items of {name} in {title}, which are more than {MOST_ITEMS}: add mocks or objects"
            for name in each.execution.unread_maps
        ]
    return given, comments, notes


def _describe_origin(root: RecordedExecution) -> Iterator[str]:
    """Yield the lines that say which execution this is."""
    record = root.record
    yield f"Recorded by sfnorch record from the execution {root.name} of {root.machine}."
    if record.started and record.ended:
        seconds = (record.ended - record.started).total_seconds()
        error = f": {record.error}" if record.error else ""
        started = record.started.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
        yield f"It started at {started} and ended {record.status} after {format_seconds(seconds)}{error}."


def _describe_replaced(counts: ReplacedCounts) -> Iterator[str]:
    words = [
        f"{count} {one if count == 1 else many}"
        for count, one, many in (
            (counts.accounts, "account ID", "account IDs"),
            (counts.buckets, "bucket name", "bucket names"),
            (counts.secrets, "secret", "secrets"),
        )
        if count
    ]
    if words:
        yield f"Placeholders replace {', '.join(words)}."


def _list_note_lines(notes: Sequence[str]) -> Iterator[str]:
    if notes:
        yield "It does not reproduce:"
        yield from (f"- {note}" for note in notes)


def _mask(value: Json) -> Json:
    """Return the value without the credentials of this process and signatures in errors."""
    match value:
        case dict():
            return {key: _mask(item) for key, item in value.items()}
        case list():
            return [_mask(item) for item in value]
        case str():
            return mask_secrets(value)
    return value
