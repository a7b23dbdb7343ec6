"""An upper bound for the work of `re` with a pattern, computed from the pattern and the length of a text."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sfnorch.evaluation.regex_programs import PARSER, ParsedNodes

_ENDLESS = 10**12
"""An upper limit of the bound. A pattern that reaches it runs step by step."""

Tries = Callable[[int], int]


def build_try_counter(pattern: str, flags: int) -> Tries:
    """Return a function from the length of a text to the maximum number of tries of `re` to find all matches in it."""
    tree = PARSER.parse(pattern, flags)

    @lru_cache(maxsize=100)
    def count_tries(length: int) -> int:
        ways, size = _count_alternatives(tree, length, last=True)
        return min(_ENDLESS, (length + 1) * ways * size)

    return count_tries


def _count_alternatives(nodes: ParsedNodes, length: int, *, last: bool) -> tuple[int, int]:
    """Return the number of alternatives to match the nodes at one position, and the work of one alternative.

    `last` is whether no node follows. `re` does not backtrack into the last node, and its work is part of the match.
    """
    ways, size = 1, 1
    whole = list(nodes)
    for index, (operation, argument) in enumerate(whole):
        more, longer = _count_node_alternatives(str(operation), argument, length, last and index == len(whole) - 1)
        ways, size = min(_ENDLESS, ways * more), min(_ENDLESS, size + longer)
    return ways, size


def _count_node_alternatives(name: str, argument: Any, length: int, last: bool) -> tuple[int, int]:
    match name:
        case "LITERAL" | "NOT_LITERAL" | "IN" | "ANY" | "RANGE" | "CATEGORY" | "AT" | "FAILURE":
            return 1, 1
        case "SUBPATTERN":
            return _count_alternatives(argument[-1], length, last=last)
        case "BRANCH":
            parts = [_count_alternatives(branch, length, last=last) for branch in argument[1]]
            return sum(ways for ways, _ in parts), sum(size for _, size in parts)
        case "MAX_REPEAT" | "MIN_REPEAT":
            least, most, inner = argument
            rounds = min(int(most), length + 1)
            ways, size = _count_alternatives(inner, length, last=False)
            if ways > 1:
                return _ENDLESS, _ENDLESS
            if last and name == "MAX_REPEAT" and least <= 1 and len(inner) == 1 and size == 2:
                return 1, 1
            return max(1, rounds - int(least) + 1), size * max(1, min(rounds, length + 1))
    return _ENDLESS, _ENDLESS
