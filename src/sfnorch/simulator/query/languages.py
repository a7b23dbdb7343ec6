"""The query languages of a run, and which of them a state uses."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime

from sfnorch.simulator.query.evaluator import Evaluator
from sfnorch.simulator.query.jsonata import Jsonata
from sfnorch.simulator.query.language import QueryLanguage
from sfnorch.template.states import LocatedState


class QueryLanguages:
    """The query languages, which share the random numbers and the clock of the run."""

    def __init__(self, rng: random.Random, now: Callable[[], datetime]) -> None:
        self._jsonata = Jsonata(Evaluator(rng, now))

    def find_language(self, state: LocatedState) -> QueryLanguage:
        """Return the language of the state; `play` refuses machines with states in other languages than JSONata."""
        return self._jsonata
