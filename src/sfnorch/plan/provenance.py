"""How a plan was put together: its files, and the environment that it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfnorch.plan.places import Places

if TYPE_CHECKING:
    from sfnorch.plan.composition.environment import Environment

_NO_NAMES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a plan was read from, and the environment that it is for. Plans that differ in nothing else are equal."""

    places: Places = field(default_factory=Places)
    """The plan's file, and the place of each key."""
    environment: Environment | None = field(default=None, compare=False)
    """The environment that the plan is for; None for a plan without environments, and for a base plan."""
    environments: tuple[str, ...] = field(default=(), compare=False)
    """The names of all environments of the plan."""
    job_names: Mapping[str, str] = field(default_factory=lambda: _NO_NAMES, compare=False)
    """The names of the Glue jobs in the environment by their names in the plan; empty if they do not differ."""

    @property
    def environment_name(self) -> str:
        """The name of the environment; empty without one."""
        return self.environment.name if self.environment else ""
