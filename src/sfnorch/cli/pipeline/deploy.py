"""`sfnorch pipeline deploy`: the stack of the pipeline."""

from __future__ import annotations

from pathlib import Path

import click

from sfnorch.app.job_overrides import JobOverride
from sfnorch.cli.account import add_stack_name_option, find_planned_stack_name
from sfnorch.cli.deploying import DeploymentOptions, add_deployment_options, deploy_stack, execute_stack
from sfnorch.cli.parameters import DeployableCommand, add_overrides_option, parse_parameter_values
from sfnorch.cli.pipeline import add_pipeline_options
from sfnorch.cli.templates import choose_plan
from sfnorch.delivery.pipeline.source_kinds import SOURCE_KINDS


@click.command(cls=DeployableCommand)
@add_pipeline_options
@add_stack_name_option
@add_overrides_option
@add_deployment_options
def deploy(
    plan_file: Path | None,
    source: str,
    approval: bool,
    overrides: tuple[str, ...],
    jobs: tuple[JobOverride, ...],
    options: DeploymentOptions,
) -> int:
    """Deploy the stack of the pipeline after a review of its changes.

    --parameter-overrides sets the source of the plan (ConnectionArn, Repository, Branch), the name of the plan's stack
    (StackName), and the parameters of that stack, such as Environment, AlarmSNSTopicArn and Child1GlueJobs. For a plan
    with environments, only the source and AlarmSNSTopicArn are parameters: the plan has the others.
    """
    if options.change_set_name is not None:
        given = (plan_file, source != SOURCE_KINDS[0], not approval, overrides, jobs)
        return execute_stack(
            options,
            options.change_set_name,
            lambda: find_planned_stack_name(plan_file, part="pipeline"),
            alone=not any(given),
        )
    from sfnorch.app.deploying import PipelineDeployRequest, deploy_pipeline

    request = options.complete(
        PipelineDeployRequest(
            plan=choose_plan(None, plan_file),
            source=source,
            approval=approval,
            parameters=parse_parameter_values(overrides),
            jobs=jobs,
        )
    )
    return deploy_stack(
        options,
        lambda account, consent, show: deploy_pipeline(request, account, consent=consent, on_event=show),
    )
