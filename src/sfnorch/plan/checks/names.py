"""Checks of names: each is unique."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sfnorch.plan.paths import Fault, Path, format_path
from sfnorch.plan.steps.kind import StepKind


def check_names(named: Sequence[tuple[Path, str]]) -> Iterator[Fault]:
    """Yield each name that repeats an earlier one, or differs from it only in case.

    Commands find resources by name in any case. Whether AWS distinguishes such names differs from service to service.
    """
    yield from check_repeated(named, "{name!r} is already the name of {first}; choose another name")
    first: dict[str, tuple[Path, str]] = {}
    for path, name in named:
        where, other = first.setdefault(name.lower(), (path, name))
        if other != name:
            message = f"{name!r} differs only in case from {other!r}, the name of {format_path(where[:-1])}"
            yield path, f"{message}; choose another name"


def check_repeated(named: Sequence[tuple[Path, str]], words: str) -> Iterator[Fault]:
    """Yield the path of each name that repeats an earlier one, and an error message.

    `words` is the message, with `{name}` for the name and `{first}` for the place that has it first.
    """
    first: dict[str, Path] = {}
    for path, name in named:
        if first.setdefault(name, path) is not path:
            yield path, words.format(name=name, first=format_path(first[name][:-1]))


def describe_kinds(what: str, kinds: Sequence[StepKind], given: Sequence[StepKind]) -> str:
    """Return the error message for a task or a step that has none of the keys `kinds`, or several (`given`)."""
    *keys, last = [kind.key for kind in kinds]
    found = " and ".join(kind.key for kind in given) if given else "none of them"
    return f"a {what} must have exactly one of {', '.join(keys)} and {last}; got {found}"
