"""What a step has Step Functions do, before it stands in a state: the call, its retriers, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass

from sfnorch.asl import Retrier, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A call of a service: `result` is what is kept of its answer, in JSONata over `$states.result`, or JSON with it.

    `passing` are retriers for what passes by itself, `no_use` those for what would come again.
    """

    resource: str
    arguments: Value
    result: Value
    passing: tuple[Retrier, ...] = ()
    no_use: tuple[Retrier, ...] = ()
    checked: Value = None
    """What must be evaluated, and may fail, before the answer is taken for a success."""
