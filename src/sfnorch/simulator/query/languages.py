"""The query languages of a run, and which of them a state uses."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from functools import cached_property

from sfnorch.simulator.query.language import QueryLanguage
from sfnorch.template.states import LocatedState


class QueryLanguages:
    """The query languages, which share the random numbers and the clock of the run.

    The modules of a language take long to load. They are loaded for the first state that uses it.
    """

    def __init__(self, rng: random.Random, now: Callable[[], datetime], runs: int = 1) -> None:
        self._rng = rng
        self._now = now
        self._runs = runs
        self._children = 0

    def count_child(self, items: int = 1) -> None:
        """Allow the steps of one more child execution of a Map, or of this number of further items in one."""
        self._children += items

    def find_language(self, state: LocatedState) -> QueryLanguage:
        """Return the language of the state."""
        return self._jsonata if state.jsonata else self._paths

    @cached_property
    def _jsonata(self) -> QueryLanguage:
        from sfnorch.simulator.query.evaluator import Evaluator
        from sfnorch.simulator.query.jsonata import Jsonata

        return Jsonata(Evaluator(self._rng, self._now, runs=self._runs, count_children=lambda: self._children))

    @cached_property
    def _paths(self) -> QueryLanguage:
        from sfnorch.simulator.query.intrinsic_functions import make_intrinsic_functions
        from sfnorch.simulator.query.jsonpath import JsonPath
        from sfnorch.simulator.query.payload_templates import TemplateEvaluator

        return JsonPath(TemplateEvaluator(make_intrinsic_functions(self._rng)))
