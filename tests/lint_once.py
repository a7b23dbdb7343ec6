"""cfn-lint looks at equal templates once in a process: what it finds depends on the template and the settings alone.

Many tests deploy, render or lint the same small template, and one look takes up to two seconds of CPU.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cfnlint.match import Match
from cfnlint.rules import Rules
from cfnlint.runner import Runner

from tests.lint_kept import Store

_LOOKS: dict[int, tuple[Rules, dict[tuple[str, str], list[Match]]]] = {}
"""By the rules' id, for as long as they are kept: by settings and template, what was found."""

look = Runner.validate_template
"""What cfn-lint does by itself."""

_store: list[Store] = []
_left_out: list[bool] = []
"""Holds something within `without_cfn_lint`."""


@contextmanager
def without_cfn_lint() -> Iterator[None]:
    """Have cfn-lint find nothing, so that the findings within are those of sfnorch's rules alone."""
    _left_out.append(True)
    try:
        yield
    finally:
        _left_out.pop()


def _look_once(runner: Runner, template: dict[str, Any]) -> Iterator[Match]:
    if _left_out:
        return iter(())
    key = (repr(runner.config), repr(template))
    looks = _LOOKS.setdefault(id(runner.rules), (runner.rules, {}))[1]
    if key not in looks:
        looks[key] = _known_or_looked_for(runner, template, key)
    return iter(looks[key])


def _known_or_looked_for(runner: Runner, template: dict[str, Any], key: tuple[str, str]) -> list[Match]:
    store = _store[-1] if _store else None
    known = store.found(runner, key) if store else None
    if known is None:
        known = list(look(runner, template))
        if store:
            store.keep(runner, key, known)
    return known


def install(store: Store | None = None) -> None:
    """Have cfn-lint do so, and begin with what the store has."""
    if store:
        _store.append(store)
    Runner.validate_template = _look_once
