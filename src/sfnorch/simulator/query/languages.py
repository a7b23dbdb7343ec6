"""The query languages of a run, and which of them a state uses."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime

from sfnorch.simulator.query.evaluator import Evaluator
from sfnorch.simulator.query.intrinsic_functions import make_intrinsic_functions
from sfnorch.simulator.query.jsonata import Jsonata
from sfnorch.simulator.query.jsonpath import JsonPath
from sfnorch.simulator.query.language import QueryLanguage
from sfnorch.simulator.query.payload_templates import TemplateEvaluator
from sfnorch.template.states import LocatedState


class QueryLanguages:
    """The query languages, which share the random numbers and the clock of the run."""

    def __init__(self, rng: random.Random, now: Callable[[], datetime]) -> None:
        self._jsonata = Jsonata(Evaluator(rng, now))
        self._paths = JsonPath(TemplateEvaluator(make_intrinsic_functions(rng)))

    def find_language(self, state: LocatedState) -> QueryLanguage:
        """Return the language of the state."""
        return self._jsonata if state.jsonata else self._paths
