"""Regexes with limited work: a matcher that counts its steps, or the standard library if its work is small.

Python's `re` backtracks without a limit, like the engines of Java and JavaScript, and cannot be stopped. This module
computes the maximum work of a pattern first. If it is small, `re` matches the text. Otherwise, the program of the
pattern (`regex_programs.py`) runs step by step within the budget of the evaluation. It tries the same alternatives in
the same order, so both find the same matches. An engine with linear time (RE2) needs no limit, but does not support
lookaheads and backreferences. Step Functions supports them (assumed: it evaluates JSONata with Java's regexes).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from jsonata import Jsonata
from jsonata.jexception import JException
from jsonata.regex_engine import RegexFlags

from sfnorch.evaluation.budget import Budget, BudgetError, measure_weight
from sfnorch.evaluation.regex_cost import build_try_counter
from sfnorch.evaluation.regex_machine import Slots, find, match_at
from sfnorch.evaluation.regex_programs import RegexProgram, RegexSizeError, compile_program

MOST_CHARACTERS = 10_000
"""The maximum number of characters in a regex."""

_TRIES_PER_STEP = 200
"""The number of tries of `re` in about the time of a step."""

_FEW = 10_000
_REFERENCE = re.compile(r"\\g<([0-9]+)>")


def get_budget() -> Budget:
    """Return the budget of the evaluation that runs in the current thread."""
    engine = getattr(Jsonata.CURRENT, "jsonata", None)
    found = getattr(engine, "budget", None)
    return found if isinstance(found, Budget) else Budget()


class Match:
    """A match, with the methods of `re.Match` that the library uses."""

    def __init__(self, text: str, slots: Slots, groups: int) -> None:
        self._text, self._slots, self._groups = text, slots, groups

    def group(self, index: int = 0) -> str | None:
        start, end = self._slots[2 * index], self._slots[2 * index + 1]
        return None if start < 0 or end < 0 else self._text[start:end]

    def groups(self) -> tuple[str | None, ...]:
        return tuple(self.group(index) for index in range(1, self._groups + 1))

    def start(self) -> int:
        return self._slots[0]

    def end(self) -> int:
        return self._slots[1]


class Regex:
    """A compiled regex, with the methods of `re.Pattern` that the library uses."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.library = re.compile(pattern, flags)
        self._pattern, self._flags = pattern, flags
        self._tries = build_try_counter(pattern, flags)

    def finditer(self, text: str) -> Iterator[Match]:
        """Yield the matches in the text. Raises LimitError if that takes too many steps."""
        budget, at, groups = get_budget(), 0, self.library.groups
        budget.count_steps()
        tries = self._tries(len(text))
        if tries <= _FEW + 16 * len(text):
            budget.count_steps(tries // _TRIES_PER_STEP)
            for found in self.library.finditer(text):
                budget.count_bytes(300)
                yield Match(text, [place for index in range(groups + 1) for place in found.span(index)], groups)
            return
        program = self._get_program()
        empty_at = -1
        while at <= len(text):
            slots = find(program, text, at, budget, empty_at)
            if slots is None:
                return
            budget.count_bytes(300)
            yield Match(text, slots, groups)
            at = slots[1]
            empty_at = at if slots[0] == at else -1  # after an empty match, the next one here is not empty

    def search(self, text: str) -> Match | None:
        """Return the first match."""
        return next(self.finditer(text), None)

    def split(self, text: str, maxsplit: int = 0) -> list[str | None]:
        """Return the texts between the matches, and the groups of each match."""
        parts: list[str | None] = []
        at = 0
        for count, found in enumerate(self.finditer(text)):
            if maxsplit and count >= maxsplit:
                break
            parts += [text[at : found.start()], *found.groups()]
            at = found.end()
        return [*parts, text[at:]]

    def sub(self, replacement: str | Callable[[Match], str], text: str, count: int = 0) -> str:
        r"""Return the text with its matches replaced; `\g<1>` in a replacement is a group."""
        budget, parts, at, size = get_budget(), [], 0, measure_weight(text)
        expand = _build_expansion(replacement, self.library.groups) if isinstance(replacement, str) else replacement
        for index, found in enumerate(self.finditer(text)):
            if count and index >= count:
                break
            new = expand(found)
            size += 4 * len(new)
            parts += [text[at : found.start()], new]
            at = found.end()
            if size > measure_weight(text):
                budget.count_bytes(size)
                budget.made -= size - 4 * len(new)  # the result is one text
        return "".join([*parts, text[at:]])

    def _get_program(self) -> RegexProgram:
        try:
            return _compile_cached(self._pattern, self._flags)
        except RegexSizeError as error:
            raise BudgetError(str(error)) from None


@lru_cache(maxsize=500)
def _compile_cached(pattern: str, flags: int) -> RegexProgram:
    return compile_program(pattern, flags)


def compile_regex(pattern: str, flags: RegexFlags) -> Regex:
    """Return the regex of an expression. Raises JException if it is invalid, LimitError if it is too long."""
    found = (re.IGNORECASE if flags.case_insensitive else 0) | (re.MULTILINE if flags.multiline else 0)
    if len(pattern) > MOST_CHARACTERS:
        raise BudgetError(f"it has a regex of more than {MOST_CHARACTERS:,} characters; shorten it")
    try:
        return Regex(pattern, found)
    except (re.error, OverflowError, RecursionError) as error:
        message = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise JException(f"/{pattern[:60]}/ is an invalid regex: {message}") from None


def _build_expansion(replacement: str, groups: int) -> Callable[[Match], str]:
    for reference in _REFERENCE.finditer(replacement):
        if int(reference[1]) > groups:  # with the message that the library expects
            raise re.error(f"invalid group reference {reference[1]} at position {reference.start() + 3}")

    def expand(found: Match) -> str:
        return _REFERENCE.sub(lambda reference: found.group(int(reference[1])) or "", replacement)

    return expand


def is_full_match(pattern: str, text: str, most_steps: int = 100_000) -> bool:
    """Return whether the pattern matches the whole text.

    Raises re.error for an invalid pattern, LimitError if the match takes too many steps.
    """
    whole = f"(?:{pattern})\\Z"
    try:
        re.compile(whole)
    except re.error:  # a global flag such as (?i) is valid only at the start of the pattern
        re.compile(pattern)
        whole = f"{pattern}\\Z"
    if build_try_counter(whole, 0)(len(text)) <= _FEW:
        return re.match(whole, text) is not None
    try:
        program = _compile_cached(whole, 0)
    except RegexSizeError as error:
        raise BudgetError(str(error)) from None
    return match_at(program, text, 0, Budget(most_steps)) is not None
