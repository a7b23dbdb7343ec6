"""The calls of a recorded execution: which of them a simulation answers by itself, and which need a mock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sfnorch.app.recorded.names import MachineNames
from sfnorch.json_values import find_value, parse_json, read_mapping, read_string
from sfnorch.protocol.dag import find_task_name
from sfnorch.protocol.fan_out import MARK as FAN_OUT
from sfnorch.runs.events import EXISTS, PARTS, STARTED
from sfnorch.simulator.services.elsewhere import find_handler as find_elsewhere
from sfnorch.simulator.services.registry import HANDLERS
from sfnorch.template.calls import parse_call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfnorch.runs.recorded import RecordedExecution
    from sfnorch.runs.task_attempts import TaskAttempt
    from sfnorch.template.contents import Machine, Template
    from sfnorch.template.states import LocatedState

JOB_RUN = "glue:startJobRun.sync"
PUBLISH = ("sns:publish", "aws-sdk:sns:publish")
SET_ALARM = "aws-sdk:cloudwatch:setAlarmState"
_FUNCTION = "lambda:invoke"
_STARTS = ("states:startExecution", "aws-sdk:sfn:startExecution")
_GET_OBJECT = "aws-sdk:s3:getObject"
_DESCRIBE = "aws-sdk:sfn:describeExecution"
_TABLES = ("dynamodb:", "aws-sdk:dynamodb:")
_READS_TABLE = ("getItem", "query", "scan", "batchGetItem")
_ALWAYS_ANSWERED = (
    *PUBLISH,
    SET_ALARM,
    "aws-sdk:s3:putObject",
    "aws-sdk:sfn:listMapRuns",
    "aws-sdk:sfn:describeMapRun",
)
_POLLS = ("aws-sdk:glue:getWorkflowRun", "aws-sdk:glue:getCrawler", "aws-sdk:redshiftdata:describeStatement")
_FOLLOWED = frozenset((*_POLLS, *(f"{service}:{action}" for service, action in (*STARTED, *PARTS)))) - {JOB_RUN}
"""The calls that start and follow runs which a simulation has as well: workflows, statements, crawls, queries."""


class Place(NamedTuple):
    """A state of a state machine of the template; in a Map, for the item with an index, if there is only one Map."""

    machine: str
    state: str
    item: int | None = None


class KnownExecution(NamedTuple):
    """An execution of a state machine of the template."""

    execution: RecordedExecution
    machine: Machine
    parent: RecordedExecution | None = None
    """The execution whose Map Run started it for an item; None for others."""
    item: int | None = None
    """The index of its item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedAttempt:
    """An attempt, with its execution and its state in the template."""

    known: KnownExecution
    state: LocatedState
    attempt: TaskAttempt

    @property
    def execution(self) -> RecordedExecution:
        """Return its execution."""
        return self.known.execution

    @property
    def machine(self) -> Machine:
        """Return its state machine in the template."""
        return self.known.machine

    @property
    def counted_in(self) -> str:
        """Return the ARN of the execution in which a simulation counts the attempts of its mock."""
        return (self.known.parent or self.execution).arn

    @property
    def place(self) -> Place:
        """Return the state, and the item."""
        items = [index for _, index in self.attempt.items]
        if self.known.item is not None:
            items.append(self.known.item)
        return Place(self.machine.arn, self.state.name, items[0] if len(items) == 1 else None)


@dataclass(slots=True, kw_only=True)
class RecordedCalls:
    """The executions of which the template has the state machine, and their calls."""

    names: MachineNames
    executions: Sequence[KnownExecution]
    attempts: Sequence[LocatedAttempt]
    """In the order in which they were scheduled."""
    mocked: set[Place] = field(default_factory=set)
    """The states that need a mock, of all items or of some."""
    unknown: Sequence[str] = ()
    """The states that the template does not have, in words."""

    @property
    def template(self) -> Template:
        """Return the template."""
        return self.names.template

    def list_simulated(self, *calls: str) -> Iterator[LocatedAttempt]:
        """Yield the attempts of these calls whose state has no mock."""
        for each in self.attempts:
            if each.attempt.call in calls and each.place not in self.mocked:
                yield each


def name_execution(known: KnownExecution, template: Template) -> str:
    """Return the title of an execution, as a simulation has it."""
    execution, title = known.execution, template.build_title(known.machine)
    if known.parent is not None:
        return f"{title}/{execution.machine.partition('/')[2]}"
    return find_task_name(execution.name, execution.record.input) or title


def locate_calls(root: RecordedExecution, template: Template) -> RecordedCalls:
    """Return the calls of the executions, of which those that cannot be simulated have `mocked` states."""
    names = MachineNames(template, root.machine)
    executions = list(_list_known(root, names))
    attempts: list[LocatedAttempt] = []
    unknown: dict[str, None] = {}
    for each in executions:
        states = {state.name: state for state in each.machine.list_states()}
        for attempt in each.execution.attempts:
            if (state := states.get(attempt.state)) is None or state.kind != "Task":
                unknown[f"the state {attempt.state} of {template.build_title(each.machine)}"] = None
            else:
                attempts.append(LocatedAttempt(known=each, state=state, attempt=attempt))
    attempts.sort(key=lambda each: each.attempt.scheduled)
    calls = RecordedCalls(names=names, executions=executions, attempts=attempts, unknown=tuple(unknown))
    known = {each.execution.arn for each in executions}
    tables = [each for each in attempts if each.attempt.call.startswith(_TABLES)]
    if any(each.attempt.status != "SUCCEEDED" or _reads_table(each.attempt) for each in tables):
        calls.mocked |= {each.place for each in tables}
    calls.mocked |= {each.place for each in attempts if not _is_simulated(each, names, known)}
    return calls


def _list_known(root: RecordedExecution, names: MachineNames) -> Iterator[KnownExecution]:
    """Yield the executions, but none that an execution of another state machine has started."""
    machine = names.find(root.machine)
    if machine is None:
        return
    yield KnownExecution(root, machine)
    for items in root.items.values():
        for index, item in enumerate(items):
            yield KnownExecution(item, machine, root, index)
    for child in root.children:
        yield from _list_known(child, names)


def _is_simulated(located: LocatedAttempt, names: MachineNames, known: set[str]) -> bool:
    attempt, call = located.attempt, located.attempt.call
    name = call.removesuffix(".sync:2").removesuffix(".sync")
    if parse_call(located.state) is None and call != _FUNCTION:  # an activity
        return False
    if call == JOB_RUN or (
        call in _FOLLOWED and call in HANDLERS and ("sync" in call or attempt.status == "SUCCEEDED")
    ):
        return True
    if name in _STARTS:
        return _is_simulated_start(located, names, known)
    if call == _DESCRIBE:
        return read_string(find_value(attempt.parameters, "ExecutionArn")) in known
    if attempt.status != "SUCCEEDED":
        return False
    if call == SET_ALARM:
        alarm = read_string(find_value(attempt.parameters, "AlarmName"))
        return any(alarm == each.name for each in names.template.alarms)
    if call == _GET_OBJECT:  # what its Map Run has written
        return bool(located.execution.items) and FAN_OUT.is_in(
            located.machine.definition.data if located.machine.definition else {}
        )
    if call == _FUNCTION:
        function = names.template.find_function(read_string(find_value(attempt.parameters, "FunctionName")))
        return _is_simulated_elsewhere(located) and not (function is not None and function.playable)
    if call.startswith(_TABLES):
        return call in HANDLERS
    return call in _ALWAYS_ANSWERED


def _is_simulated_start(located: LocatedAttempt, names: MachineNames, known: set[str]) -> bool:
    attempt = located.attempt
    arn = read_string(find_value(attempt.parameters, "StateMachineArn"))
    if names.find(arn.rpartition(":")[2]) is None:
        return attempt.status == "SUCCEEDED" and _is_simulated_elsewhere(located)
    if EXISTS.fullmatch(f"{attempt.error}: {attempt.cause}"):
        return True
    started = find_started(attempt)
    is_awaited = attempt.call.endswith((".sync", ".sync:2"))
    return bool(started) and (started in known or not is_awaited)


def find_started(attempt: TaskAttempt) -> str:
    """Return the ARN of the execution that an attempt started; empty if it started none."""
    answers = (attempt.answer, attempt.result, parse_json(attempt.cause))
    found = (read_string(read_mapping(answer).get("ExecutionArn")) for answer in answers)
    return next(filter(None, found), "")


def _is_simulated_elsewhere(located: LocatedAttempt) -> bool:
    call = parse_call(located.state)
    return call is not None and find_elsewhere(call, located.state) is not None


def _reads_table(attempt: TaskAttempt) -> bool:
    return attempt.call.rpartition(":")[2] in _READS_TABLE
