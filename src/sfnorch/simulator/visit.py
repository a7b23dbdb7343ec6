"""A visit of a state: what the engine gives to the code of a state type, and what it gets back."""

from __future__ import annotations

import base64
import hashlib
import marshal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Concatenate, NamedTuple, ParamSpec, Protocol, TypeVar

from sfnorch.json_values import Json, write_compact
from sfnorch.simulator.errors import DATA_LIMIT, RUNTIME, StatesError
from sfnorch.simulator.mocks.table import AttemptCounts, MockAnswer, MockUse
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.progress import ScopeProgress
from sfnorch.simulator.query.language import EvaluationContext, QueryLanguage
from sfnorch.simulator.record import Execution
from sfnorch.simulator.world import StartExecution, World
from sfnorch.state_visits import StateVisit
from sfnorch.template.contents import Machine
from sfnorch.template.located import Object
from sfnorch.template.states import LocatedState, StateScope

MAX_BYTES = 262_144
"""The maximum size of the input, output or arguments of a state."""

_BYTES_PER_MARSHALLED = 6
"""The bytes in JSON for a byte that `marshal` writes, at most: those of a control character, and of `false,`."""

_MARSHAL_VERSION = 2
"""A version that writes each value again where it occurs again, as JSON does."""

_Given = ParamSpec("_Given")
_Value = TypeVar("_Value")


class StateContext(NamedTuple):
    """The context of a state in an execution: its variables, and the Map item that it runs for."""

    variables: dict[str, Json]
    progress: ScopeProgress
    """The progress of the scope that contains the state."""
    item: dict[str, Json] | None = None

    @property
    def item_index(self) -> int:
        """Return the index of the Map item; -1 without one."""
        index = self.item.get("Index") if self.item is not None else -1
        return index if isinstance(index, int) else -1


class StateOutcome(NamedTuple):
    """The result of a state: its output, its assigned variables, and the next state; empty if it ends the scope."""

    output: Json
    assigned: Mapping[str, Json] = MappingProxyType({})
    next: str = ""


class StateRunner(Protocol):
    """The engine, as the code of a state type sees it: the execution, and how inner states and executions are run."""

    world: World
    machine: Machine
    execution: Execution
    start_execution: StartExecution
    mock_attempts: AttemptCounts

    def record_state_event(self, events: int) -> None:
        """Count history events. Raises StatesError (States.Runtime) if the history is full."""

    def build_context(self, visit: Visit) -> dict[str, Json]:
        """Return the context object."""

    def run_scope(self, scope: StateScope, data: Json, place: StateContext) -> Steps[Json]:
        """Return the output of a branch, or of an item's states, in the same execution. Raises StatesError."""

    def begin_child(self, label: str, title: str, given: Json, *, express: bool) -> Execution:
        """Return a new child execution of a distributed Map with the input; it has not entered a state."""

    def run_child(self, visit: Visit, child: Execution, scope: StateScope, item: dict[str, Json]) -> Steps[None]:
        """Run the states of a child execution, whose status says how it ended."""


@dataclass(slots=True)
class Visit:
    """A visit of a state: its input, when it was entered, and the number of retries.

    Its methods evaluate parts of the state in the state's query language. An evaluation that fails is an event of the
    history, and raises StatesError.
    """

    runner: StateRunner
    state: LocatedState
    language: QueryLanguage
    input: Json
    place: StateContext
    entered: float
    """When it was entered, in seconds after the start of the run."""
    entered_event: int
    """The id of the event that entered the state."""
    retries: int = 0
    has_token: bool = False
    """Whether the Task of this attempt can be answered by a token."""
    token: str = ""
    """This token, after it was read."""
    attempt_began: float = 0.0
    """When this attempt began, in seconds after the start of the run."""
    produced: tuple[Json, ...] = ()
    """The result of the work in this attempt."""
    refusal: StatesError | None = None
    """The last error of a value of the state itself."""
    within_limit: Json = None
    """The value that was measured last: the output of a state is often its result."""
    kept: StateVisit[Json] | None = None
    """What a report shows of the visit; None if the record keeps no visits."""

    def read_token(self) -> str:
        """Return the token of this attempt: a text as AWS makes one, the same in each simulation."""
        if not self.token:
            attempt = f"{self.runner.execution.arn}#{self.entered_event}#{self.retries}"
            self.token = base64.b64encode(hashlib.sha512(attempt.encode(errors="replace")).digest()).decode()
        return self.token

    def pass_input(self) -> Json:
        """Return what a state that does no work makes of its input."""
        return self._evaluate({}, self.language.pass_input)

    def make_arguments(self) -> Json:
        """Return the arguments of a Task's call, or the input of a Parallel's branches."""
        arguments = self._evaluate({}, self.language.make_arguments)
        if self.kept is not None:
            self.kept.arguments = arguments
        return arguments

    def make_part_arguments(self, part: Mapping[str, Json], name: str) -> Json:
        """Return the arguments of the call of a part of the state."""
        return self._evaluate({}, self.language.make_part_arguments, part, name)

    def list_items(self) -> Json:
        """Return the items of a Map."""
        return self._evaluate({}, self.language.list_items)

    def select_item(self, item: Json) -> Json:
        """Return the input for the states of an item of a Map; the visit is in the context of the item."""
        return self._evaluate({}, self.language.select_item, item)

    def find_mock(self) -> MockAnswer | None:
        """Return the answer of the state's mock to this attempt; None if the state has no mock."""
        mocks = self.runner.world.mocks
        return None if mocks.is_empty else mocks.find_result(self._describe_use())

    def find_reader_mock(self) -> MockAnswer | None:
        """Return the answer of the mock of the ItemReader; None if it has no mock."""
        mocks = self.runner.world.mocks
        return None if mocks.is_empty else mocks.find_items(self._describe_use())

    def has_setting(self, name: str, part: Mapping[str, Json] | None = None) -> bool:
        """Return whether the state, or the part of it, has the setting."""
        return self.language.has_setting(self.state.body if part is None else part, name)

    def evaluate_setting(self, name: str, part: Mapping[str, Json] | None = None) -> Json:
        """Return the value of the setting of the state, or of the part of it; None if it does not have it."""
        body = self.state.body if part is None else part
        if not self.language.has_setting(body, name):
            return None
        return self._evaluate({}, self.language.evaluate_setting, body, name)

    def fill_template(self, template: Json, name: str) -> Json:
        """Return the value of the field `name` with all expressions evaluated."""
        return self._evaluate({}, self.language.fill_template, template, name)

    def check_condition(self, rule: Object, name: str) -> Json:
        """Return the value of a choice rule's condition."""
        return self._evaluate({}, self.language.check_condition, rule, name)

    def finish(self, default: Json, produced: Mapping[str, Json] | None = None) -> StateOutcome:
        """Return the outcome of the state, whose output is `default` unless the state makes another one."""
        self.produced = (produced["result"],) if produced else ()
        following = self.state.read_text("Next")
        if following:
            self.reach("Next")
        return self.build_outcome(self.state.body, default, following, produced)

    def reach(self, part: str) -> None:
        """Record that this part of the state has decided what follows."""
        self.runner.world.record.reached.add((self.state, part))

    def build_outcome(
        self, body: Object, default: Json, following: str, produced: Mapping[str, Json] | None = None
    ) -> StateOutcome:
        """Return the outcome by the output and variables of a state, a choice rule or a catcher.

        Both use the values of variables before the state.
        """

        def make_values(scene: EvaluationContext) -> tuple[Json, Json]:
            assigned = self.language.assign_variables(scene, body, default)
            return assigned, self.language.make_output(scene, body, default) if isinstance(assigned, dict) else None

        assigned, output = self._evaluate(produced or {}, make_values)
        if isinstance(assigned, dict):
            return StateOutcome(output, assigned, following)
        raise StatesError(RUNTIME, f"The Assign of {self.state.name} is not an object")

    def refuse_type(self, name: str, wanted: str, value: Json, part: Mapping[str, Json] | None = None) -> StatesError:
        """Return the error for a setting whose value has another type, as AWS writes it."""
        body = self.state.body if part is None else part
        return self._refuse(self.language.describe_wrong_type(body, name, wanted, value))

    def refuse_timestamp(self, name: str, text: str) -> StatesError:
        """Return the error for a setting that is not a timestamp, as AWS writes it."""
        return self._refuse(self.language.describe_wrong_timestamp(self.state.body, name, text))

    def refuse_setting(
        self, name: str, value: Json, wanted: str, part: Mapping[str, Json] | None = None
    ) -> StatesError:
        """Return the error for a setting that has not the wanted value."""
        body = self.state.body if part is None else part
        return self._refuse(self.language.describe_wrong_value(body, name, wanted, value))

    def refuse(self, sentence: str) -> StatesError:
        """Return the error States.Runtime, which no retrier or catcher matches."""
        self.refusal = StatesError(RUNTIME, f"{self._describe_place()} {sentence}")
        return self.refusal

    def refuse_size(self, what: str) -> StatesError:
        """Return the error States.DataLimitExceeded for a value that is too large."""
        return StatesError(DATA_LIMIT, f"{what} with a size exceeding the maximum number of bytes service limit.")

    def is_too_large(self, value: Json) -> bool:
        """Return whether the value is larger than 256 KiB."""
        if not value or value is self.within_limit:
            return False
        try:  # faster than JSON
            if _BYTES_PER_MARSHALLED * len(marshal.dumps(value, _MARSHAL_VERSION)) <= MAX_BYTES:
                return False
        except ValueError:
            pass  # a value of another class, or one that is nested deeply
        text = write_compact(value)
        if (len(text) if text.isascii() else len(text.encode(errors="surrogatepass"))) > MAX_BYTES:
            return True
        self.within_limit = value
        return False

    def enter_item(self, item: dict[str, Json]) -> Visit:
        """Return the visit in the context of an item of a Map."""
        place = StateContext(variables=self.place.variables, progress=self.place.progress, item=item)
        return Visit(
            self.runner, self.state, self.language, self.input, place, self.entered, self.entered_event, self.retries
        )

    def _evaluate(
        self,
        produced: Mapping[str, Json],
        operation: Callable[Concatenate[EvaluationContext, _Given], _Value],
        *given: _Given.args,
        **more: _Given.kwargs,
    ) -> _Value:
        scene = EvaluationContext(self.state, self.input, self.place.variables, self._read_context, produced)
        try:
            return operation(scene, *given, **more)
        except StatesError as error:
            raise self._refuse(error.cause, error.error) from None

    def _read_context(self) -> dict[str, Json]:
        return self.runner.build_context(self)

    def _describe_use(self) -> MockUse:
        return MockUse(self.runner.machine, self.state, self.place.item_index, self.runner.mock_attempts)

    def _refuse(self, sentence: str, error: str = "") -> StatesError:
        """Return the error of a failed evaluation, which can be an event of the history."""
        if self.language.records_failures:
            self.runner.record_state_event(1)
        self.refusal = StatesError(error or self.language.value_error, f"{self._describe_place()} {sentence}")
        return self.refusal

    def _describe_place(self) -> str:
        """Return the start of the cause of an error in the state, as AWS writes it."""
        place = f"(entered at the event id #{self.entered_event})"
        return f"An error occurred while executing the state '{self.state.name}' {place}."
