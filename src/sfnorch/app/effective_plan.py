"""Read the effective plan of an environment, with the origin of each of its values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sfnorch.json_values import Json
from sfnorch.plan.default import build_default_plan
from sfnorch.plan.environments import PlanChoice
from sfnorch.plan.places import Place, Places

if TYPE_CHECKING:  # the models of a plan are slow to load
    from sfnorch.plan.composition.composition import Composition
    from sfnorch.plan.composition.environment import Environment
    from sfnorch.plan.paths import Path as ValuePath


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectivePlan:
    """The effective plan: a plan with its included files, an environment and defaults."""

    data: Mapping[str, Json]
    """The plan as data, which is valid as a plan."""
    file: str
    """The file of the plan."""
    origins: Mapping[ValuePath, Place] = field(default_factory=dict)
    """The file, the line and the path in the file of each value, by the path in `data`."""
    environment: Environment | None = None
    """The environment of the plan; None without one."""
    job_names: Mapping[str, str] = field(default_factory=dict)
    """The names of the Glue jobs in the environment by their names in the plan; empty if they do not differ."""
    removed: tuple[Place, ...] = ()
    """The keys of the environment that remove something from the plan."""


def read_effective_plan(plan: Path | PlanChoice | None = None) -> EffectivePlan:
    """Return the effective plan, as `sfnorch plan` does.

    `plan` is the path of a plan, or the path with one of its environments; None is the plan with five children.

    Raises SfnorchError if a file cannot be read or if the environment is unknown, and PlanError, with all faults, if
    the plan is invalid.
    """
    if plan is None:
        return EffectivePlan(data=_describe_default_plan(), file=Places().file)
    from sfnorch.plan.load import compose_document, validate_composition  # slow to load
    from sfnorch.plan.read import read_document

    choice = plan if isinstance(plan, PlanChoice) else PlanChoice(plan, "")
    composition = compose_document(read_document(choice.path), choice.path, choice.environment)
    validate_composition(composition, choice.path.parent)
    return build_effective_plan(composition)


def build_effective_plan(composition: Composition) -> EffectivePlan:
    """Return the effective plan of a composition, which has no errors."""
    document, environment = composition.document, composition.environment
    return EffectivePlan(
        data=document.data,
        file=document.file,
        origins=document.places.by_path,
        environment=environment,
        job_names=composition.job_names,
        removed=tuple(_list_removals(environment)) if environment else (),
    )


def _describe_default_plan() -> dict[str, Json]:
    default = build_default_plan()
    children: list[Json] = [
        {"name": child.name, "jobs": [job.name for job in child.jobs]} for child in default.children
    ]
    return {"pattern": default.pattern, "children": children}


def _list_removals(environment: Environment) -> Iterator[Place]:
    from sfnorch.plan.composition.overlays import list_removals  # slow to load

    return list_removals(environment)
