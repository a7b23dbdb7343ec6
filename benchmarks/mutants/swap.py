"""Replace the functions of a loaded module, so that a trial does not load the project again."""

from __future__ import annotations

import functools
import gc
from collections import defaultdict
from collections.abc import Iterator
from types import CodeType, FunctionType


def swap_functions(path: str, before: str, after: str) -> bool:
    """Give the functions of the module at this path the code in `after`, and return whether that is possible for all.

    The caches of functions are cleared, because the old code computed their values.
    """
    old, new = _codes(compile(before, path, "exec")), _codes(compile(after, path, "exec"))
    if old.keys() != new.keys():
        return False
    by_place = {(code.co_qualname, code.co_firstlineno): key for key, code in old.items()}
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and each.__code__.co_filename == path:
            key = by_place.get((each.__code__.co_qualname, each.__code__.co_firstlineno))
            if key is None or len(new[key].co_freevars) != len(each.__code__.co_freevars):
                return False
            each.__code__ = new[key]
        elif isinstance(each, functools._lru_cache_wrapper):
            each.cache_clear()
    return True


def _codes(module: CodeType) -> dict[tuple[str, int], CodeType]:
    """Return the code of all functions, by name and by number among the functions of that name."""
    counts: dict[str, int] = defaultdict(int)
    found = {}
    for code in _inner(module):
        found[code.co_qualname, counts[code.co_qualname]] = code
        counts[code.co_qualname] += 1
    return found


def _inner(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _inner(each)
