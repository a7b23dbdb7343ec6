"""The use cases of sfnorch as functions: a request in, a typed result out, without the command line and without output.

The commands with these names parse options, call functions of this package and print the result. A name is imported
when it is first used, so that a command loads only what it needs. Errors are SfnorchError, with all problems and how to
fix them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sfnorch.app.linting import lint
    from sfnorch.app.rendering import Rendering, render
    from sfnorch.app.simulation import Simulation, simulate
    from sfnorch.errors import SfnorchError
    from sfnorch.findings import Finding
    from sfnorch.plan.errors import PlanError
    from sfnorch.plan.load import load_plan, parse_plan
    from sfnorch.simulator.behaviour import Behaviour, Fault

__all__ = [
    "Behaviour",
    "Fault",
    "Finding",
    "PlanError",
    "Rendering",
    "SfnorchError",
    "Simulation",
    "lint",
    "load_plan",
    "parse_plan",
    "render",
    "simulate",
]

_MODULES = {
    "Behaviour": "sfnorch.simulator.behaviour",
    "Fault": "sfnorch.simulator.behaviour",
    "Finding": "sfnorch.findings",
    "PlanError": "sfnorch.plan.errors",
    "Rendering": "sfnorch.app.rendering",
    "SfnorchError": "sfnorch.errors",
    "Simulation": "sfnorch.app.simulation",
    "lint": "sfnorch.app.linting",
    "load_plan": "sfnorch.plan.load",
    "parse_plan": "sfnorch.plan.load",
    "render": "sfnorch.app.rendering",
    "simulate": "sfnorch.app.simulation",
}
"""The module of each exported name."""


def __getattr__(name: str) -> Any:
    """Import an exported name. Raises AttributeError for other names."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
