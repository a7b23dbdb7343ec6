"""`sfnorch deploy`: the stack of a plan or a template."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.app.job_overrides import JobOverride
from sfnorch.cli.account import find_planned_stack_name
from sfnorch.cli.deploying import DeploymentOptions, add_deployment_options, deploy_stack, execute_stack
from sfnorch.cli.environment import find_environment
from sfnorch.cli.examples import format_examples
from sfnorch.cli.parameters import DeployableCommand, add_deployable_options, parse_parameter_values
from sfnorch.cli.several import SeveralPlansCommand
from sfnorch.cli.shared_stacks import refuse_shared_stacks
from sfnorch.cli.templates import choose_plan

if TYPE_CHECKING:
    from sfnorch.report.plan_results import PlanResult


class DeployCommand(SeveralPlansCommand, DeployableCommand):
    """The command, which deploys several stacks in sequence."""

    for_one_plan = ("template_file", "stack_name", "dotenv", "comment", "change_set_name")

    def check_parts(self, ctx: click.Context, parts: Sequence[PlanResult]) -> None:
        """Raise SfnorchError for plans with the same stack: the second one would replace the first one."""
        refuse_shared_stacks(parts)


@click.command(
    cls=DeployCommand,
    epilog=format_examples(
        ("Deploy the plan in the current folder.", "sfnorch deploy"),
        (
            "Deploy with parameter overrides and without a prompt.",
            "sfnorch deploy --yes --parameter-overrides Environment=prod",
        ),
        ("Create a change set for review, and print the command that executes it.", "sfnorch deploy --no-execute"),
    ),
)
@add_deployable_options
@click.option(
    "--code-folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="FOLDER",
    help="Folder with the code of functions; requires --template.",
    show_default="the folder of the template",
)
@add_deployment_options
def deploy(
    plan_file: Path | None,
    template_file: Path | None,
    overrides: tuple[str, ...],
    jobs: tuple[JobOverride, ...],
    code_folder: Path | None,
    options: DeploymentOptions,
) -> int:
    """Deploy the stack after a review of its changes.

    The command lints the template, creates a change set, shows the changes, prompts, executes the change set, and
    prints the outputs of the stack. A parameter without an override keeps its value in the stack. --child1-jobs a,b
    sets the job list parameter of the first child. --jobs orders=a,b sets the parameter OrdersGlueJobs of the child
    orders. To restore the jobs in the plan, set the parameter to an empty value
    (--parameter-overrides OrdersGlueJobs=).
    """
    if code_folder and not template_file:
        raise click.UsageError("--code-folder requires --template; the code of a plan's functions is beside the plan.")
    if options.change_set_name is not None:
        # the plan of an environment says where its stack is
        given = (plan_file if find_environment() is None else None, template_file, overrides, jobs)
        return execute_stack(
            options, options.change_set_name, lambda: find_planned_stack_name(plan_file), alone=not any(given)
        )
    from sfnorch.app.deploying import DeployRequest
    from sfnorch.app.deploying import deploy as deploy_request

    request = options.complete(
        DeployRequest(
            plan=choose_plan(template_file, plan_file, uses_settings=True),
            template=template_file,
            environment=find_environment(),
            parameters=parse_parameter_values(overrides),
            jobs=jobs,
            code_folder=code_folder,
        )
    )
    return deploy_stack(
        options,
        lambda account, consent, show: deploy_request(request, account, consent=consent, on_event=show),
    )
