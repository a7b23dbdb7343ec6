"""What a composition results in, and whether a plan needs one. Most plans do not, and load no other module for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from sfnorch.plan.read import Document

if TYPE_CHECKING:
    from sfnorch.findings import Finding
    from sfnorch.plan.composition.environment import Environment

INCLUDE, DEFAULTS, ENVIRONMENTS = "include", "defaults", "environments"
"""The keys of a plan that the effective plan does not have: other files, default settings of jobs, environments."""


class Composition(NamedTuple):
    """An effective plan, with the errors that were found on the way to it."""

    document: Document
    environment: Environment | None = None
    """The environment of the plan; None for the base plan."""
    environments: Mapping[str, Environment] = MappingProxyType({})
    """All environments of the plan."""
    job_names: Mapping[str, str] = MappingProxyType({})
    """The names of the jobs in the environment by their names in the plan; empty if they do not differ."""
    findings: Sequence[Finding] = ()


def needs_composition(document: Document) -> bool:
    """Return whether the plan has a key that the effective plan does not have."""
    if any(key in document.data for key in (INCLUDE, DEFAULTS, ENVIRONMENTS)):
        return True
    children = document.data.get("children")
    return isinstance(children, list) and any(isinstance(child, dict) and DEFAULTS in child for child in children)
