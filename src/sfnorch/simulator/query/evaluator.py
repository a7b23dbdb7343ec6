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
from sfnorch.expressions import parse_code
from sfnorch.json_values import Json
from sfnorch.simulator.errors import DATA_LIMIT, QUERY, StatesError, UnsupportedSimulationError
from sfnorch.simulator.query.jsonata_functions import make_functions
from sfnorch.simulator.query.jsonata_values import UnsupportedResultError, convert_to_json

_LONGEST_SHOWN = 5_000
_MOST_VALUES_OF_A_FIELD = 500_000
"""The maximum number of values of a field; 32 characters of a text count as one. This is far more than 256 KiB."""

_EVALUATIONS_OF_A_RUN = 2
"""The steps of a run are limited to this many evaluations. This limits a Map over many items with long expressions."""


class Evaluator:
    """Evaluates the fields of states."""

    def __init__(
        self, rng: random.Random, now: Callable[[], datetime], most_steps: int = MOST_STEPS, runs: int = 1
    ) -> None:
        self._most_steps = most_steps
        self._runs = runs
        self._values = 0
        self._steps = 0
        self._engine = Engine(make_functions(rng, now))

    def evaluate_field(self, field: Json, bindings: Mapping[str, Json], name: str) -> Json:
        """Return the field's value with all expressions evaluated; errors refer to the field as `name`.

        Raises StatesError: States.QueryEvaluationError if an expression fails or returns nothing, and
        States.DataLimitExceeded if the field has more values than every limit of AWS allows.
        """
        self._values = 0
        return self._evaluate_field(field, bindings, name)

    def _evaluate_field(self, field: Json, bindings: Mapping[str, Json], name: str) -> Json:
        match field:
            case str():
                text = parse_code(field)
                return field if text is None else self._evaluate(text.strip(), bindings, name)
            case dict():
                return {key: self._evaluate_field(item, bindings, f"{name}/{key}") for key, item in field.items()}
            case list():
                return [self._evaluate_field(item, bindings, f"{name}[{index}]") for index, item in enumerate(field)]
        return field

    def _evaluate(self, text: str, bindings: Mapping[str, Json], name: str) -> Json:
        try:
            budget = Budget(self._most_steps)
            try:
                found = self._engine.run(text, bindings, budget)
            finally:
                self._count_steps(budget)
            self._values += budget.measure_size(found)
            if self._values > _MOST_VALUES_OF_A_FIELD:
                raise StatesError(
                    DATA_LIMIT,
                    f"The field '{name}' has more than {_MOST_VALUES_OF_A_FIELD:,} values, too many for a state.",
                )
            result = convert_to_json(found)
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
            if found is None:
                raise StatesError(QUERY, f"{_describe_source(text, name)} returned nothing (undefined).")
            return result
        raise StatesError(QUERY, f"{_describe_source(text, name)} threw an error during evaluation. {reason}")

    def _count_steps(self, budget: Budget) -> None:
        """Add the steps of an evaluation to those of the run.

        Raises UnsupportedSimulationError if the run exceeds the limit.
        """
        self._steps += budget.steps
        most = self._runs * _EVALUATIONS_OF_A_RUN * max(MOST_STEPS, self._most_steps)
        if self._steps > most:
            raise UnsupportedSimulationError(
                f"The expressions of this run require more than {most:,} steps, the limit of a simulation",
                hint="simulate it with fewer items or a smaller input",
            )


def _describe_source(text: str, name: str) -> str:
    shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    return f"The JSONata expression '{shown}' specified for the field '{name}'"
