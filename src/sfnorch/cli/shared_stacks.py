"""Several plans that a command deploys must not have the same stack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sfnorch.errors import SfnorchError
from sfnorch.plan.environments import PlanChoice, load_environment
from sfnorch.plan.planned_stack import read_stack_name

if TYPE_CHECKING:
    from sfnorch.plan.models.environment import EnvironmentSettings
    from sfnorch.report.plan_results import PlanResult


def refuse_shared_stacks(parts: Sequence[PlanResult]) -> None:
    """Raise SfnorchError if two plans have the same stack, unless they are in different accounts or Regions.

    A plan that cannot be read has no stack here: the deployment reports it.
    """
    owners: dict[str, list[tuple[PlanResult, EnvironmentSettings | None]]] = {}
    for part in parts:
        try:
            name, settings = _find_stack(part)
        except SfnorchError:
            continue
        for other, others in owners.setdefault(name, []):
            if not _are_apart(settings, others):
                raise SfnorchError(
                    f"{other.plan} and {part.plan} have the same stack, {name}",
                    hint="nothing was changed; give the plans different names",
                )
        owners[name].append((part, settings))


def _find_stack(part: PlanResult) -> tuple[str, EnvironmentSettings | None]:
    """Return the name of the part's stack, and its deployment settings. Raises SfnorchError if it is unknown."""
    if not part.environment:
        return read_stack_name(part.plan), None
    environment = load_environment(PlanChoice(part.plan, part.environment))
    return environment.stack_name, environment.settings


def _are_apart(one: EnvironmentSettings | None, other: EnvironmentSettings | None) -> bool:
    if one is None or other is None:
        return False
    from sfnorch.plan.composition.environments import are_apart  # slow to load

    return are_apart(one, other)
