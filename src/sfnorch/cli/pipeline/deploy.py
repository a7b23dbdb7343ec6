"""`sfnorch pipeline deploy`: the pipeline's stack."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sfnorch.cli.account import planned_stack_name, stack_name_option
from sfnorch.cli.deploying import Settings, deploy_stack, deployment_options
from sfnorch.cli.options import read_plan
from sfnorch.cli.parameters import DeployableCommand, overrides_option, parameter_values
from sfnorch.cli.pipeline import SOURCES, pipeline_options, pipeline_text
from sfnorch.plan.stack_names import stack_name_of

if TYPE_CHECKING:
    from sfnorch.cli.deployable import Deployable


@click.command(cls=DeployableCommand)
@pipeline_options
@stack_name_option
@overrides_option
@deployment_options
def deploy(
    plan_file: Path | None,
    source: str,
    approval: bool,
    overrides: tuple[str, ...],
    jobs_by_child: tuple[tuple[str, tuple[str, ...]], ...],
    **options: Any,
) -> int:
    """Deploy the pipeline's stack, after a review of what would change.

    --parameter-overrides says where the plan lies (ConnectionArn, Repository, Branch), what its stack is to be called
    (StackName), and what that stack is handed on: Environment, AlarmSNSTopicArn, Child1GlueJobs and so on.
    """
    settings, jobs = Settings.of(options)

    def read() -> Deployable:
        from sfnorch.cli.deployable import deployable_of
        from sfnorch.template.reader import parse_template

        plan = read_plan(plan_file, {}, ())
        name = settings.stack_name or stack_name_of(plan.name, part="pipeline")
        if parameter_values(overrides).get("StackName", stack_name_of(plan.name)) == name:
            raise click.UsageError(f"The pipeline's stack can't be {name}: that is the plan's stack.")
        text = pipeline_text(plan, source, approval=approval)
        return deployable_of(parse_template(text, "the pipeline, rendered"), plan, overrides, jobs, jobs_by_child)

    given = (plan_file, source != SOURCES[0], not approval, overrides, jobs_by_child, *jobs.values())
    return deploy_stack(
        settings, read, stack_name=lambda: planned_stack_name(plan_file, part="pipeline"), alone=not any(given)
    )
