"""`sfnorch deploy`: from a plan to a running stack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sfnorch.cli.account import planned_stack_name
from sfnorch.cli.deploying import Settings, deploy_stack, deployment_options
from sfnorch.cli.parameters import DeployableCommand, deployable_options


@click.command(cls=DeployableCommand)
@deployable_options
@click.option(
    "--code-folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="With --template: folder of the plan, where the code of functions is.",
)
@deployment_options
def deploy(
    plan_file: Path | None,
    template_file: Path | None,
    overrides: tuple[str, ...],
    jobs_by_child: tuple[tuple[str, tuple[str, ...]], ...],
    code_folder: Path | None,
    **options: Any,
) -> int:
    """Deploy the plan's stack, after a review of what would change.

    Lint, change set, review, execution, outputs; nothing changes before it has been shown and asked about. Parameters
    that are not given keep the values that the stack has. --child1-jobs a,b sets the job list parameter of the plan's
    first child, --jobs orders=a,b that of the child orders, OrdersGlueJobs. To run the plan's own jobs again, set the
    parameter to nothing: --parameter-overrides OrdersGlueJobs=
    """
    from sfnorch.cli.deployable import read_deployable

    settings, jobs = Settings.of(options)
    if code_folder and not template_file:
        raise click.UsageError("--code-folder requires --template; the code of a plan's functions is beside the plan.")
    given = (plan_file, template_file, overrides, jobs_by_child, *jobs.values())
    return deploy_stack(
        settings,
        lambda: read_deployable(template_file, plan_file, overrides, jobs, jobs_by_child, code_folder),
        stack_name=lambda: planned_stack_name(plan_file),
        alone=not any(given),
    )
