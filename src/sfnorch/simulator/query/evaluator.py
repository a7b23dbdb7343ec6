"""JSONata as Step Functions evaluates it: the JSONata library, the functions of Step Functions, the virtual clock.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime

from jsonata.jexception import JException

from sfnorch.evaluation.budget import MOST_STEPS, RECURSION, Budget
from sfnorch.evaluation.engine import Engine
from sfnorch.evaluation.error_texts import describe_error
from sfnorch.evaluation.plain_functions import NotPlainError
from sfnorch.json_values import Json
from sfnorch.simulator.errors import DATA_LIMIT, QUERY, StatesError, UnsupportedSimulationError
from sfnorch.simulator.query.fields import FieldNames, FieldProgram, PreparedField, ReadStates, prepare_field
from sfnorch.simulator.query.jsonata_functions import make_functions
from sfnorch.simulator.query.jsonata_values import UnsupportedResultError, convert_to_json, normalize_json

_LONGEST_SHOWN = 5_000
_MOST_VALUES_OF_A_FIELD = 500_000
"""The maximum number of values of a field; 32 characters of a text count as one. This is far more than 256 KiB."""

_EVALUATIONS_OF_A_RUN = 2
"""The steps of a run are limited to this many evaluations. This limits a Map over many items with long expressions."""

_STEPS_OF_A_CHILD = 5_000
"""The steps that each child execution of a distributed Map adds: about those of a hundred expressions."""

_MOST_PREPARED = 10_000


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
        self._most = self._most_of_run
        """The maximum number of steps of the run, as far as it is known: it grows with the number of children."""
        self._count_children = count_children
        self._values = 0
        self._steps = 0
        self._now = now
        self._engine = Engine(make_functions(rng, now))
        self._prepared: dict[tuple[int, str], tuple[Json, PreparedField]] = {}
        """The fields that were evaluated, which are kept so that no other one gets the id of one of them."""

    def evaluate_field(
        self, field: Json, variables: Mapping[str, Json], name: str, read_states: ReadStates | None = None
    ) -> Json:
        """Return the field's value with all expressions evaluated; errors refer to the field as `name`.

        `read_states` returns parts of `$states`. Without it, `$states` is one of the variables.

        Raises StatesError: States.QueryEvaluationError if an expression fails or returns nothing, and
        States.DataLimitExceeded if the field has more values than every limit of AWS allows.
        """
        kept = self._prepared.get((id(field), name))
        constant, compute = self._prepare(field, name) if kept is None else kept[1]
        if compute is None:
            return constant
        self._values = 0
        return compute(FieldNames(variables, read_states))

    def _prepare(self, field: Json, name: str) -> PreparedField:
        if len(self._prepared) >= _MOST_PREPARED:
            self._prepared.clear()
        prepared = prepare_field(field, name, self._evaluate)
        self._prepared[id(field), name] = field, prepared
        return prepared

    def _evaluate(self, program: FieldProgram, names: FieldNames) -> Json:
        text, name = program.text, program.name
        try:
            if program.plain is not None:
                variables = names.bind(program) if program.reads_states else names.variables
                try:
                    found: Json = program.plain.evaluate(variables, self._count_millis)  # type: ignore[assignment]
                except NotPlainError:
                    pass  # only the engine can find the value
                else:
                    self._steps += program.plain.steps
                    if self._steps > self._most:
                        self._count_steps(0)
                    kind = type(found)
                    if kind is int or kind is bool:
                        self._values += 1
                        return found
                    found, size = normalize_json(found)
                    self._values += size
                    if self._values > _MOST_VALUES_OF_A_FIELD:
                        self._count_values(0, name)
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
        if self._steps <= self._most:
            return
        self._most = self._most_of_run + self._count_children() * _STEPS_OF_A_CHILD
        if self._steps > self._most:
            raise UnsupportedSimulationError(
                f"The expressions of this run require more than {self._most:,} steps, the limit of a simulation",
                hint="simulate it with fewer items or a smaller input",
            )


def _describe_source(text: str, name: str) -> str:
    shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    return f"The JSONata expression '{shown}' specified for the field '{name}'"
