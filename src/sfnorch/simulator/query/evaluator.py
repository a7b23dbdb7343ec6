"""JSONata as Step Functions evaluates it: the JSONata library, the functions of Step Functions, the virtual clock.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from jsonata.jexception import JException

from sfnorch.evaluation.budget import MOST_STEPS, RECURSION, Budget
from sfnorch.evaluation.engine import Engine
from sfnorch.evaluation.error_texts import describe_error
from sfnorch.evaluation.plain_functions import UNDEFINED, NotPlainError, Undefined
from sfnorch.evaluation.plain_programs import PlainProgram, build_plain
from sfnorch.expressions import parse_code
from sfnorch.json_values import Json
from sfnorch.simulator.errors import DATA_LIMIT, QUERY, StatesError, UnsupportedSimulationError
from sfnorch.simulator.query.jsonata_functions import make_functions
from sfnorch.simulator.query.jsonata_values import UnsupportedResultError, convert_to_json, normalize_json

_LONGEST_SHOWN = 5_000
_MOST_VALUES_OF_A_FIELD = 500_000
"""The maximum number of values of a field; 32 characters of a text count as one. This is far more than 256 KiB."""

_EVALUATIONS_OF_A_RUN = 2
"""The steps of a run are limited to this many evaluations. This limits a Map over many items with long expressions."""

_STEPS_OF_A_CHILD = 5_000
"""The steps that each child execution of a distributed Map adds: about those of a hundred expressions."""


ReadStates: TypeAlias = Callable[[frozenset[str] | None], Mapping[str, Json]]
"""Returns `$states` with the parts of these names, such as `input`; None stands for all parts."""

_NOTHING: frozenset[str] = frozenset()
_COMPUTED = (str, dict, list)
_CHANCE = re.compile(r"\$(?:random|uuid|shuffle|eval)\b")
_STATES = re.compile(r"\$states(?!\w)(?:\.([A-Za-z]+)(?!\w))?")


class _Program(NamedTuple):
    """The code of an expression, and what it reads of `$states`."""

    text: str
    parts: frozenset[str] | None
    """The names of the parts that it can read; None stands for all parts."""
    plain: PlainProgram | None
    is_repeatable: bool
    """Whether it has the same value each time that a field evaluates it."""


@lru_cache(maxsize=10_000)
def _parse_program(field: str) -> _Program | None:
    """Return the program of a text; None if the text is no expression."""
    code = parse_code(field)
    if code is None:
        return None
    text = code.strip()
    found = [match[1] for match in _STATES.finditer(text)]
    reads_parent = "%" in text  # `$states.input.%` is all of $states
    parts = None if found and (reads_parent or None in found) else frozenset(found)
    return _Program(text, parts, build_plain(text), is_repeatable=not _CHANCE.search(text))


class _Names:
    """What the expressions of a field can read: the variables, and `$states` as far as they need it."""

    __slots__ = ("_bound", "known", "read_states", "variables")

    def __init__(self, variables: Mapping[str, Json], read_states: ReadStates | None) -> None:
        self.variables = variables
        self.read_states = read_states
        self._bound: dict[frozenset[str] | None, Mapping[str, Json]] = {}
        self.known: dict[str, tuple[Json, int, int]] = {}
        """The values of the programs that the engine has evaluated, each with its steps and the size of its value."""

    def bind(self, program: _Program) -> Mapping[str, Json]:
        """Return the variables for the expression."""
        if self.read_states is None or program.parts == _NOTHING:
            return self.variables
        found = self._bound.get(program.parts)
        if found is None:
            states: Json = dict(self.read_states(program.parts))
            found = self._bound[program.parts] = {**self.variables, "states": states}
        return found


class Evaluator:
    """Evaluates the fields of states."""

    def __init__(
        self,
        rng: random.Random,
        now: Callable[[], datetime],
        most_steps: int = MOST_STEPS,
        runs: int = 1,
        count_children: Callable[[], int] = lambda: 0,
    ) -> None:
        self._most_steps = most_steps
        self._most_of_run = runs * _EVALUATIONS_OF_A_RUN * max(MOST_STEPS, most_steps)
        self._count_children = count_children
        self._values = 0
        self._steps = 0
        self._now = now
        self._engine = Engine(make_functions(rng, now))

    def evaluate_field(
        self, field: Json, variables: Mapping[str, Json], name: str, read_states: ReadStates | None = None
    ) -> Json:
        """Return the field's value with all expressions evaluated; errors refer to the field as `name`.

        `read_states` returns parts of `$states`. Without it, `$states` is one of the variables.

        Raises StatesError: States.QueryEvaluationError if an expression fails or returns nothing, and
        States.DataLimitExceeded if the field has more values than every limit of AWS allows.
        """
        self._values = 0
        return self._evaluate_field(field, _Names(variables, read_states), name)

    def _evaluate_field(self, field: Json, names: _Names, name: str) -> Json:
        if isinstance(field, str):
            program = _parse_program(field) if field.startswith("{%") else None
            return field if program is None else self._evaluate(program, names, name)
        if isinstance(field, dict):
            return {
                key: self._evaluate_field(item, names, f"{name}/{key}") if isinstance(item, _COMPUTED) else item
                for key, item in field.items()
            }
        if isinstance(field, list):
            return [self._evaluate_field(item, names, f"{name}[{index}]") for index, item in enumerate(field)]
        return field

    def _evaluate(self, program: _Program, names: _Names, name: str) -> Json:
        text = program.text
        try:
            if program.plain is not None:
                found = self._evaluate_plain(program.plain, names.bind(program), name)
                if found is not UNDEFINED:
                    return found
            if known := names.known.get(text):
                value, steps, size = known
                self._count_steps(steps)
                self._count_values(size, name)
                return value
            budget = Budget(self._most_steps)
            try:
                raw = self._engine.run(text, names.bind(program), budget)
            finally:
                self._count_steps(budget.steps)
            size = budget.measure_size(raw)
            self._count_values(size, name)
            result = convert_to_json(raw)
        except JException as error:
            reason = describe_error(error)
        except RecursionError:
            reason = RECURSION
        except MemoryError:
            reason = "it requires more memory than is available"
        except UnsupportedResultError:
            raise StatesError(QUERY, f"{_describe_source(text, name)} returned an unsupported result type.") from None
        except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError) as error:
            reason = str(error)
        else:
            if raw is None:
                raise StatesError(QUERY, f"{_describe_source(text, name)} returned nothing (undefined).")
            if program.is_repeatable:
                names.known[text] = result, budget.steps, size
            return result
        raise StatesError(QUERY, f"{_describe_source(text, name)} threw an error during evaluation. {reason}")

    def _evaluate_plain(self, program: PlainProgram, variables: Mapping[str, Json], name: str) -> Json | Undefined:
        """Return the value of a plain program; UNDEFINED if only the engine can find it."""
        try:
            found: Json = program.evaluate(variables, self._count_millis)  # type: ignore[assignment]  # it is JSON
        except NotPlainError:
            return UNDEFINED
        self._count_steps(program.steps)
        if type(found) is int or type(found) is bool:
            self._values += 1
            return found
        result, size = normalize_json(found)
        self._count_values(size, name)
        return result

    def _count_millis(self) -> int:
        return int(self._now().timestamp() * 1000)

    def _count_values(self, count: int, name: str) -> None:
        """Add the values of an expression to those of the field. Raises StatesError if they are too many."""
        self._values += count
        if self._values > _MOST_VALUES_OF_A_FIELD:
            raise StatesError(
                DATA_LIMIT,
                f"The field '{name}' has more than {_MOST_VALUES_OF_A_FIELD:,} values, too many for a state.",
            )

    def _count_steps(self, steps: int) -> None:
        """Add the steps of an evaluation to those of the run.

        Raises UnsupportedSimulationError if the run exceeds the limit.
        """
        self._steps += steps
        if self._steps <= self._most_of_run:
            return
        most = self._most_of_run + self._count_children() * _STEPS_OF_A_CHILD
        if self._steps > most:
            raise UnsupportedSimulationError(
                f"The expressions of this run require more than {most:,} steps, the limit of a simulation",
                hint="simulate it with fewer items or a smaller input",
            )


def _describe_source(text: str, name: str) -> str:
    shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    return f"The JSONata expression '{shown}' specified for the field '{name}'"
