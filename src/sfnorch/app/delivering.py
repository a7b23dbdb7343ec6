"""The files of a pipeline that deploys a plan, and of a repository with a plan to start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sfnorch.app.sources import PlanSource, load_plan_or_default
from sfnorch.delivery.account.names import DeliveryTarget
from sfnorch.delivery.ci import CIS, CODEPIPELINE
from sfnorch.delivery.pipeline.source_kinds import SOURCE_KINDS
from sfnorch.errors import RequestError
from sfnorch.plan.environments import PlanChoice, list_environments, load_environment
from sfnorch.plan.files import PLAN_FILE
from sfnorch.plan.planned_stack import read_stack_name
from sfnorch.plan.schema import SCHEMA_FILE, format_plan_schema
from sfnorch.plan.stack_names import derive_stack_name
from sfnorch.plan.starters import find_starter_folder, starter_code, starter_input, starter_text

if TYPE_CHECKING:
    from sfnorch.workflow import Workflow


def render_pipeline(plan: PlanSource = None, *, source: str = SOURCE_KINDS[0], approval: bool = True) -> str:
    """Return the template of the pipeline that deploys the plan, as `sfnorch pipeline render` writes it.

    `source` is the kind of the source of the plan: connection, codecommit or s3. `approval` requires a manual approval
    before a change set is executed.

    Raises PlanError for an invalid plan, and SfnorchError for a plan that a pipeline cannot deploy.
    """
    from sfnorch.delivery.pipeline.render import render_plan_pipeline  # slow to load

    return render_plan_pipeline(load_plan_or_default(plan), source, approval=approval)


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
    workflows = [] if ci == CODEPIPELINE else [_build_workflow(pattern, plan, each.environment) for each in targets]
    code = {} if plan else starter_code(pattern)
    origin = workflows[0].origin if workflows and plan else None
    files = render_files(ci, PLAN_FILE, starter_input(origin.pattern if origin else pattern), targets, workflows)
    return StarterFiles({**files, **code, **_make_plan(pattern)}, tuple(code))


def list_targets(plan: Path) -> list[DeliveryTarget]:
    """Return the environments of the plan in the order of their deployments; one without a name if it has none.

    Raises SfnorchError if a file cannot be read, and PlanError if the environments are invalid.
    """
    environments = [load_environment(PlanChoice(plan, name)) for name in list_environments(plan)]
    if not environments:
        return [DeliveryTarget(stack_name=read_stack_name(plan))]
    return [
        DeliveryTarget(
            environment=each.name,
            stack_name=each.stack_name,
            account=each.settings.account or "",
            region=each.settings.region or "",
        )
        for each in environments
    ]


def _build_workflow(pattern: str, plan: Path | None, environment: str) -> Workflow:
    """Return the workflow of the plan in the file; without one, of the plan to start from."""
    from sfnorch.patterns import build_workflow  # slow to load
    from sfnorch.plan.load import load_plan, parse_plan

    if plan:
        return build_workflow(load_plan(plan, environment))
    return build_workflow(parse_plan(starter_text(pattern), folder=find_starter_folder(pattern)))


def _make_plan(pattern: str) -> dict[str, str]:
    return {SCHEMA_FILE: format_plan_schema(), PLAN_FILE: starter_text(pattern)}
