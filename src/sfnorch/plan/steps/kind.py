"""What the checks know about a kind of step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from sfnorch.plan.models.base import Model
from sfnorch.plan.paths import Fault, Path

JOB_SETTINGS = (
    *("arguments", "worker_type", "number_of_workers", "execution_class", "security_configuration"),
    "job_run_queuing",
)
"""The keys of a step with settings of a Glue job run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPlace:
    """Where a value of a step is in the plan: its path, and what the step's other keys say.

    `repeats` is true inside a for_each, `timeout` is the step's timeout in seconds.
    """

    path: Path
    repeats: bool = False
    timeout: int | None = None


def find_no_faults(value: Any, place: StepPlace) -> Iterator[Fault]:
    """Yield nothing: the check of a kind without rules across its keys."""
    yield from ()


def find_no_values(value: Any) -> Iterator[tuple[Path, object]]:
    """Yield nothing: the values of a kind without expressions."""
    yield from ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepKind:
    """A kind of step: the key that names it, its attribute in the model, and the other keys that it supports.

    `check` yields the faults of a value, `list_values` the values that can be expressions, with their paths below the
    key.
    """

    key: str
    attribute: str = ""
    settings: tuple[str, ...] = ()
    check: Callable[[Any, StepPlace], Iterator[Fault]] = find_no_faults
    list_values: Callable[[Any], Iterator[tuple[Path, object]]] = find_no_values

    def find_value(self, step: Model) -> Any:
        """Return the value of the key in a step; None if the step has no such key."""
        return getattr(step, self.attribute or self.key)


class StepKey(Model):
    """A key of a step or a task that names what it does. Each kind has a subclass with this key."""

    step_kind: ClassVar[StepKind]


def list_kinds(model: type[Model]) -> tuple[StepKind, ...]:
    """Return the kinds whose keys the model inherits, in the order of its fields."""
    bases = [base for base in reversed(model.__mro__) if issubclass(base, StepKey) and "step_kind" in vars(base)]
    return tuple(base.step_kind for base in bases)
