"""The files of a pipeline that deploys a plan, and of a repository with a plan to start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sfnorch.app.sources import PlanSource, load_plan_or_default
from sfnorch.delivery.account.names import DeliveryTarget, refuse_stack_names
from sfnorch.delivery.ci import CIS, CODEPIPELINE
from sfnorch.delivery.pipeline.source_kinds import SOURCE_KINDS
from sfnorch.errors import RequestError, SfnorchError
from sfnorch.plan.environments import PlanChoice, load_environment, load_environments
from sfnorch.plan.files import PLAN_FILE, SCENARIO_FILE
from sfnorch.plan.planned_stack import read_stack_name
from sfnorch.plan.schema import SCHEMA_FILE, format_plan_schema
from sfnorch.plan.stack_names import derive_stack_name
from sfnorch.plan.starters import find_starter_folder, starter_code, starter_input, starter_scenarios, starter_text

if TYPE_CHECKING:
    from sfnorch.plan.composition.environment import Environment
    from sfnorch.workflow import Workflow


def render_pipeline(plan: PlanSource = None, *, source: str = SOURCE_KINDS[0], approval: bool = True) -> str:
    """Return the template of the pipeline that deploys the plan, as `sfnorch pipeline render` writes it.

    `source` is the kind of the source of the plan: connection, codecommit or s3. `approval` requires a manual approval
    before a change set is executed; for a plan in a file with environments, not for the first of several environments.

    Raises PlanError for an invalid plan, and SfnorchError for a plan that a pipeline cannot deploy.
    """
    if targets := list_pipeline_targets(plan):
        from sfnorch.delivery.pipeline.environments import render_environment_pipeline  # slow to load

        workflows = _build_workflows(plan, targets)
        return render_environment_pipeline(targets, workflows, source, approval=approval)
    from sfnorch.delivery.pipeline.render import render_plan_pipeline  # slow to load

    return render_plan_pipeline(load_plan_or_default(plan), source, approval=approval)


def render_pipeline_roles(plan: PlanSource) -> str:
    """Return the template of the roles in the account of each environment, which the pipeline assumes.

    Raises PlanError for an invalid plan, and SfnorchError for a plan without environments.
    """
    from sfnorch.delivery.account.render import render_account_roles  # slow to load

    targets = list_pipeline_targets(plan)
    if not targets:
        raise SfnorchError(
            "the plan has no environments: the pipeline creates its roles itself",
            hint="remove --account-roles, or add the key environments to the plan",
        )
    refuse_stack_names(targets)
    return render_account_roles(_build_workflows(plan, targets), CODEPIPELINE)


def list_pipeline_targets(plan: PlanSource) -> list[DeliveryTarget]:
    """Return the environments to which a pipeline deploys the plan in a file; empty for a plan without environments.

    Raises SfnorchError if a file cannot be read or the environment is unknown, and PlanError for invalid environments.
    """
    match plan:
        case Path():
            return [target for target in list_targets(plan) if target.environment]
        case PlanChoice():
            return [_describe_target(load_environment(plan))]
    return []


def _build_workflows(plan: PlanSource, targets: Sequence[DeliveryTarget]) -> list[Workflow]:
    """Return the workflows of a plan in its environments."""
    path = plan.path if isinstance(plan, PlanChoice) else plan
    return [_build_workflow("", path, target.environment) for target in targets if isinstance(path, Path)]


@dataclass(frozen=True, slots=True)
class StarterFiles:
    """The files of a plan to start from, by name: in the order in which they are written, the plan last."""

    texts: Mapping[str, str]
    code: tuple[str, ...]
    """The names of the files with the code of functions."""


def make_starter(pattern: str = "master-child", *, pipeline: bool = False) -> StarterFiles:
    """Return the files of a plan to start from, as `sfnorch init` writes them.

    `pattern` is a pattern or an example flow. `pipeline` adds the files with which a pipeline deploys the folder.
    """
    if pipeline:
        return make_delivery(pattern)
    code = starter_code(pattern)
    # the plan comes last: if it exists, all files exist
    return StarterFiles({**code, **_make_plan(pattern)}, tuple(code))


def make_delivery(pattern: str = "master-child", ci: str = CODEPIPELINE, plan: Path | None = None) -> StarterFiles:
    """Return the files with which a CI delivers a plan, as `sfnorch init --ci` writes them, and a plan to start from.

    `ci` is codepipeline, github or gitlab. The files are those for the environments of the `plan` in a file; without
    one, for the plan to start from with this `pattern`.

    Raises RequestError for an unknown CI, PlanError for an invalid plan, and SfnorchError if the file cannot be read,
    or if the names of stacks are too long for the names of their roles.
    """
    if ci not in CIS:
        raise RequestError(f": unknown CI {ci!r}; available: {', '.join(CIS)}", field="ci")
    from sfnorch.delivery.repository.files import render_files  # slow to load

    targets = list_targets(plan) if plan else [DeliveryTarget(stack_name=derive_stack_name(None))]
    is_plain = ci == CODEPIPELINE and not targets[0].environment
    workflows = [] if is_plain else [_build_workflow(pattern, plan, each.environment) for each in targets]
    code = {} if plan else starter_code(pattern)
    origin = workflows[0].origin if workflows and plan else None
    files = render_files(ci, PLAN_FILE, starter_input(origin.pattern if origin else pattern), targets, workflows)
    return StarterFiles(
        {**files, **code, **(_make_scenarios(plan) if plan else {}), **_make_plan(pattern, plan)}, tuple(code)
    )


def _make_scenarios(plan: Path) -> dict[str, str]:
    """Return the first scenarios of a plan in a file; none if it has scenarios."""
    from sfnorch.scenarios.files import list_files  # slow to load

    if list_files(plan.parent) or list_files(plan.parent / "tests"):
        return {}
    from sfnorch.app.scenario_suite.suite import write_suite

    return {SCENARIO_FILE: write_suite(plan, "", plan.parent / SCENARIO_FILE).text}


def list_targets(plan: Path) -> list[DeliveryTarget]:
    """Return the environments of the plan in the order of their deployments; one without a name if it has none.

    Raises SfnorchError if a file cannot be read, and PlanError if the environments are invalid.
    """
    environments = load_environments(plan)
    if not environments:
        return [DeliveryTarget(stack_name=read_stack_name(plan))]
    return [_describe_target(each) for each in environments.values()]


def _describe_target(environment: Environment) -> DeliveryTarget:
    settings = environment.settings
    return DeliveryTarget(
        environment=environment.name,
        stack_name=environment.stack_name,
        account=settings.account or "",
        region=settings.region or "",
    )


def _build_workflow(pattern: str, plan: Path | None, environment: str) -> Workflow:
    """Return the workflow of the plan in the file; without one, of the plan to start from."""
    from sfnorch.patterns import build_workflow  # slow to load
    from sfnorch.plan.load import load_plan, parse_plan

    if plan:
        return build_workflow(load_plan(plan, environment))
    return build_workflow(parse_plan(starter_text(pattern), folder=find_starter_folder(pattern)))


def _make_plan(pattern: str, plan: Path | None = None) -> dict[str, str]:
    """Return the schema, the scenarios and the plan to start from; without the scenarios if there is a plan."""
    scenarios = {} if plan else {SCENARIO_FILE: starter_scenarios(pattern)}
    return {SCHEMA_FILE: format_plan_schema(), **scenarios, PLAN_FILE: starter_text(pattern)}
