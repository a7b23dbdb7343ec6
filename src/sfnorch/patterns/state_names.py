"""Names of states, derived from the names of jobs: at most 80 characters, and unique in the state machine."""

from __future__ import annotations

from collections.abc import Iterable

LENGTH = 80


def build_state_names(jobs: Iterable[str], *, taken: Iterable[str], length: int = LENGTH) -> list[str]:
    """Return a name for each job: the name of the job, `name (2)` if it is `taken`, cut with a hash to `length`."""
    used = set(taken)
    names = []
    for job in jobs:
        name, times = fit_name(job, length=length), 1
        while name in used:
            times += 1
            name = fit_name(job, f" ({times})", length=length)
        used.add(name)
        names.append(name)
    return names


def fit_name(name: str, tail: str = "", *, length: int = LENGTH) -> str:
    """Return the name followed by the tail. If both are too long, a hash replaces the end of the name."""
    if len(name) + len(tail) <= length:
        return name + tail
    from hashlib import sha256  # rarely needed, and slow to load

    mark = "-" + sha256(name.encode()).hexdigest()[:8] + tail
    return name[: length - len(mark)] + mark
