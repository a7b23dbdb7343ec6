"""Render a plan as a template, or a state machine of it as a definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Literal

from sfnorch.app.job_overrides import JobOverride, override_jobs
from sfnorch.app.sources import PlanSource, load_plan_or_default
from sfnorch.errors import RequestError
from sfnorch.partitions import AWS

if TYPE_CHECKING:
    from sfnorch.findings import Finding
    from sfnorch.workflow import StateMachine, Workflow


@dataclass(frozen=True, slots=True)
class Rendering:
    """A rendered plan."""

    text: str
    """The template, as YAML."""
    workflow: Workflow
    """The orchestration as data: state machines, functions, parameters, outputs."""
    warnings: tuple[Finding, ...]
    """Warnings about the plan. They do not prevent a deployment."""


@dataclass(frozen=True, slots=True)
class RenderedDefinition(Rendering):
    """The definition of a state machine of a plan; `text` is JSON in the Amazon States Language."""

    machine: StateMachine
    missing: tuple[str, ...]
    """The names of the values that only a stack has. They are `${Name}` in the text."""


def render(
    plan: PlanSource = None,
    *,
    form: Literal["sam", "cfn"] = "sam",
    jobs: Sequence[JobOverride] = (),
    now: datetime | None = None,
) -> Rendering:
    """Render the plan as a SAM or CloudFormation template, as `sfnorch render` does.

    `plan` is the path of a plan, a plan, or None for the plan with five children. `form` is sam or cfn. `jobs` replace
    those of children in the plan. `now` is the time from which schedules are checked; the default is the current time.

    Raises PlanError, with all faults, for an invalid plan, RequestError for jobs of an unknown child, and LimitError if
    the template exceeds a limit of AWS.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    """
    from sfnorch.cfn.render import render_template

    workflow, warnings = _build(plan, jobs, now)
    return Rendering(render_template(workflow, form), workflow, warnings)


def render_definition(
    plan: PlanSource = None,
    *,
    machine: str | None = None,
    partition: str = AWS,
    jobs: Sequence[JobOverride] = (),
    now: datetime | None = None,
) -> RenderedDefinition:
    """Render a state machine of the plan in the Amazon States Language, as `sfnorch render --format asl` does.

    `machine` is its name, by default the first one of the plan. The definition is for one `partition` of AWS. The other
    parameters and errors are those of `render`; RequestError also for an unknown state machine.
    """
    from sfnorch.cfn.render import render_definition as render_machine

    workflow, warnings = _build(plan, jobs, now)
    chosen = _choose_machine(workflow, machine)
    text, missing = render_machine(chosen, workflow, partition)
    return RenderedDefinition(text, workflow, warnings, chosen, tuple(missing))


def _build(plan: PlanSource, jobs: Sequence[JobOverride], now: datetime | None) -> tuple[Workflow, tuple[Finding, ...]]:
    from sfnorch.patterns import build_workflow
    from sfnorch.plan.warnings import find_plan_warnings

    loaded = override_jobs(load_plan_or_default(plan), jobs)
    return build_workflow(loaded), tuple(find_plan_warnings(loaded, now or datetime.now(timezone.utc)))


def _choose_machine(workflow: Workflow, name: str | None) -> StateMachine:
    if name is None:
        return workflow.machines[0]
    for machine in workflow.machines:
        if name.lower() in (machine.name.lower(), machine.key.lower()):
            return machine
    available = ", ".join(machine.name for machine in workflow.machines)
    raise RequestError(f": unknown state machine; available: {available}", field="machine", key=name)
