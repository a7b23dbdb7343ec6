"""`sfnorch pipeline deploy`: the stack of the pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sfnorch.cli.account import planned_stack_name, stack_name_option
from sfnorch.cli.deploying import DeploymentSettings, deploy_stack, deployment_options
from sfnorch.cli.options import read_plan
from sfnorch.cli.parameters import DeployableCommand, overrides_option, parameter_values
from sfnorch.cli.pipeline import pipeline_options
from sfnorch.delivery.pipeline.source_kinds import SOURCE_KINDS
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
    """Deploy the stack of the pipeline after a review of its changes.

    --parameter-overrides sets the source of the plan (ConnectionArn, Repository, Branch), the name of the plan's stack
    (StackName), and the parameters of that stack, such as Environment, AlarmSNSTopicArn and Child1GlueJobs.
    """
    settings, jobs = DeploymentSettings.of(options)

    def read() -> Deployable:
        from sfnorch.cli.deployable import deployable_of
        from sfnorch.delivery.pipeline.render import render_plan_pipeline
        from sfnorch.template.reader import parse_template

        plan = read_plan(plan_file, {}, ())
        name = settings.stack_name or stack_name_of(plan.name, part="pipeline")
        if parameter_values(overrides).get("StackName", stack_name_of(plan.name)) == name:
            raise click.UsageError(
                f"{name} is the stack of the plan; pass another --stack-name for the stack of the pipeline."
            )
        text = render_plan_pipeline(plan, source, approval=approval)
        return deployable_of(parse_template(text, "the pipeline, rendered"), plan, overrides, jobs, jobs_by_child)

    given = (plan_file, source != SOURCE_KINDS[0], not approval, overrides, jobs_by_child, *jobs.values())
    return deploy_stack(
        settings, read, stack_name=lambda: planned_stack_name(plan_file, part="pipeline"), alone=not any(given)
    )
