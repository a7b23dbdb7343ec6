"""What a use case works on: a template or a definition in a file, or the rendering of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from sfnorch.plan.environments import PlanChoice, load_environment

if TYPE_CHECKING:  # each function imports what it needs: a rendering reads no template
    from sfnorch.plan.composition.environment import Environment
    from sfnorch.plan.kinds import AnyPlan
    from sfnorch.template.contents import Template
    from sfnorch.template.reader import Source
    from sfnorch.template.resources import StackEnvironment

PlanSource: TypeAlias = "Path | PlanChoice | AnyPlan | None"
"""A plan: the path of its file, the path and an environment, a plan that is already read, or None for the plan with
five children."""


def load_plan_or_default(plan: PlanSource) -> AnyPlan:
    """Return the plan. Raises SfnorchError if its file cannot be read, PlanError, with all faults, if it is invalid."""
    match plan:
        case None:
            from sfnorch.plan.default import build_default_plan

            return build_default_plan()
        case Path():
            from sfnorch.plan.load import load_plan

            return load_plan(plan)
        case PlanChoice():
            from sfnorch.plan.load import load_plan

            return load_plan(plan.path, plan.environment)
    return plan


def find_environment(plan: PlanSource) -> Environment | None:
    """Return the environment of the plan; None without one. The rest of a plan that is not read yet is not checked.

    Raises SfnorchError for an unknown environment, and PlanError if the environments are invalid.
    """
    match plan:
        case None | Path():
            return None
        case PlanChoice():
            return load_environment(plan)
    return plan.provenance.environment


def find_folder(plan: PlanSource) -> Path:
    """Return the folder of the plan's file; the current folder for a plan that is already read."""
    match plan:
        case Path():
            return plan.parent
        case PlanChoice():
            return plan.path.parent
    return Path()


def name_rendering(plan: PlanSource) -> str:
    """Return the name of the plan's rendering, which findings use as the file name."""
    match plan:
        case None:
            return "the default plan, rendered"
        case Path() | PlanChoice():
            return f"{plan}, rendered"
    return "the plan, rendered"


def render_source(plan: AnyPlan, name: str) -> Source:
    """Render the plan as a SAM template, and return the parsed template; findings use `name` as the file name."""
    from sfnorch.cfn.render import render_template
    from sfnorch.patterns import build_workflow
    from sfnorch.template.reader import parse_template

    return parse_template(render_template(build_workflow(plan), "sam"), name)


def read_source(template: Path | None, plan: PlanSource = None) -> Source:
    """Return the template or the definition in the file; without a file, the rendering of the plan.

    Raises SfnorchError if a file cannot be read, and its subclasses TemplateError and PlanError if it is invalid.
    """
    return read_source_in_environment(template, plan)[0]


def read_source_in_environment(template: Path | None, plan: PlanSource) -> tuple[Source, Environment | None]:
    """Return what `read_source` returns, and the environment of the plan; None for a file, and without one.

    Raises the errors of `read_source`.
    """
    if template is not None:
        from sfnorch.template.definition_files import read_template_or_definition

        return read_template_or_definition(template), None
    loaded = load_plan_or_default(plan)
    return render_source(loaded, name_rendering(plan)), loaded.provenance.environment


def build_surroundings(region: str | None, environment: Environment | None = None) -> StackEnvironment:
    """Return the account and Region of a stack: in the Region, else in that of the plan's environment.

    Without them, they are those of the AWS documentation.
    """
    from sfnorch.template.resources import StackEnvironment

    settings = environment.settings if environment else None
    region = region or (settings.region if settings else None)
    where = StackEnvironment() if region is None else StackEnvironment(region=region, region_is_given=True)
    return where._replace(account=settings.account) if settings and settings.account else where


def evaluate_source(
    source: Source,
    parameters: Mapping[str, str] | None = None,
    where: StackEnvironment | None = None,
    substitutions: Mapping[str, str] | None = None,
) -> Template:
    """Return the content of a template; a definition is evaluated as a template with this state machine only."""
    from sfnorch.template.contents import evaluate_template
    from sfnorch.template.resources import StackEnvironment

    if source.is_definition:
        from sfnorch.template.definition_files import evaluate_definition

        return evaluate_definition(source, where or StackEnvironment(), substitutions or {})
    return evaluate_template(source, parameters, where, substitutions)


def choose_stack(source: Source, where: StackEnvironment, stack_name: str | None) -> StackEnvironment:
    """Return the stack with this name; by default, with the name with which the plan of the template is deployed."""
    from sfnorch.origin import read_origin
    from sfnorch.plan.stack_names import derive_stack_name

    origin = read_origin(source.data)
    if stack_name is None and origin is not None and (origin.name or origin.environment):
        stack_name = derive_stack_name(origin.name, environment=origin.environment, part=origin.part)
    return where if stack_name is None else where._replace(stack_name=stack_name)
