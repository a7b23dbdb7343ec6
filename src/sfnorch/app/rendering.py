"""Render a plan as a template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Literal

from sfnorch.app.sources import PlanSource, load

if TYPE_CHECKING:
    from sfnorch.findings import Finding
    from sfnorch.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Rendering:
    """A rendered plan."""

    text: str
    """The template, as YAML."""
    workflow: Workflow
    """The orchestration as data: state machines, functions, parameters, outputs."""
    warnings: tuple[Finding, ...]
    """Warnings about the plan. They do not prevent a deployment."""


def render(plan: PlanSource = None, *, form: Literal["sam", "cfn"] = "sam", now: datetime | None = None) -> Rendering:
    """Render the plan as a SAM or CloudFormation template, as `sfnorch render` does.

    `plan` is the path of a plan, a plan, or None for the plan with five children. `form` is sam or cfn. `now` is the
    time from which schedules are checked; the default is the current time.

    Raises PlanError, with all faults, for an invalid plan, and LimitError if the template exceeds a limit of AWS.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    """
    from sfnorch.cfn.render import render_template
    from sfnorch.patterns import workflow
    from sfnorch.plan.warnings import plan_warnings

    loaded = load(plan)
    orchestration = workflow(loaded)
    warnings = tuple(plan_warnings(loaded, now or datetime.now(timezone.utc)))
    return Rendering(render_template(orchestration, form), orchestration, warnings)
