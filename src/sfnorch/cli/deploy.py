"""`sfnorch deploy`: from a plan to a running stack."""

from __future__ import annotations

import json
import secrets
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sfnorch.cli.account import (
    account_options,
    can_ask,
    consent,
    open_session,
    progress_console,
    require_consent,
    stack_option,
    yes_option,
)
from sfnorch.cli.options import ChildJobsCommand, output_option, plan_option
from sfnorch.cli.parameters import ParameterOverridesCommand, overrides_option, pair
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from sfnorch.aws.deployment import Deployment, Outcome
    from sfnorch.aws.session import Session
    from sfnorch.aws.steps import OnFailure
    from sfnorch.report.onlooker import Screen


class DeployCommand(ParameterOverridesCommand, ChildJobsCommand):
    """A command with both: jobs of children, and overrides of parameters."""


@click.command(cls=DeployCommand)
@plan_option
@click.option(
    "--template", "template_file", type=click.Path(path_type=Path), metavar="FILE", help="A template, not a plan."
)
@stack_option
@overrides_option
@click.option("--tags", multiple=True, metavar="K=V...", help="Tags of the stack and all that it makes.")
@click.option("--s3-bucket", metavar="B", default="", help="Where a template over 51,200 bytes goes; else an own one.")
@click.option("--role-arn", metavar="R", default="", help="The role by which CloudFormation acts.")
@click.option(
    "--on-failure",
    type=click.Choice(["rollback", "delete", "keep"]),
    default="rollback",
    show_default=True,
    help="What becomes of a deployment that fails; delete holds for a stack's creation, an update is rolled back.",
)
@click.option("--termination-protection/--no-termination-protection", default=None, help="Against deletion.")
@click.option("--require-jobs", is_flag=True, help="Stop where a Glue job isn't there; a warning unless told.")
@click.option("--no-execute", is_flag=True, help="Leave the change set, and print what executes it.")
@click.option("--execute-change-set", "change_set_name", metavar="NAME", help="Execute a change set that was left.")
@yes_option
@account_options
@output_option
def deploy(
    plan_file: Path | None,
    template_file: Path | None,
    stack_name: str,
    overrides: tuple[str, ...],
    tags: tuple[str, ...],
    s3_bucket: str,
    role_arn: str,
    on_failure: OnFailure,
    termination_protection: bool | None,
    require_jobs: bool,
    no_execute: bool,
    change_set_name: str | None,
    yes: bool,
    region: str | None,
    profile: str | None,
    output_form: str,
    **jobs: Any,
) -> int:
    """Deploy the plan's stack, after a review of what would change.

    Lint, change set, review, execution, outputs; nothing changes before it has been shown and asked about. Parameters
    that are not given keep the values that the stack has. --child1-jobs a,b sets the parameter Child1GlueJobs; to have
    the plan's own jobs again, set it to nothing: --parameter-overrides Child1GlueJobs=
    """
    if not no_execute:
        require_consent(yes, output_form, "deploy, or --no-execute to leave the change set for review")
    from sfnorch.aws.hints import hint
    from sfnorch.aws.stacks import IN_REVIEW, find_stack
    from sfnorch.cli.deployable import looked_over, place_template, read_deployable, refuse_parameters, wish
    from sfnorch.report.onlooker import Screen
    from sfnorch.report.stack import failure_words, outcome_data

    console = progress_console() if output_form == "text" else None
    session = open_session(region, profile)
    consents = consent(yes=yes, ask=can_ask(output_form))
    if change_set_name:
        if plan_file or template_file or overrides or tags or any(jobs.values()) or no_execute:
            raise click.UsageError("--execute-change-set takes no plan, template, parameters or tags: it holds them.")
        outcome = _execute(session, stack_name, change_set_name, Screen(console=console, consents=consents))
    else:
        deployable = read_deployable(template_file, plan_file, overrides, jobs)
        stack = find_stack(session.cloudformation, stack_name)
        refuse_parameters(deployable, stack.parameters if stack and stack.status != IN_REVIEW else {})
        looked_over(deployable, session, console, jobs_required=require_jobs)
        screen = Screen(
            console=console,
            consents=consents,
            defaults=deployable.defaults,
            given=deployable.parameters,
            secret=deployable.secret,
        )
        wanted = wish(
            deployable,
            stack_name,
            url=place_template(deployable, session, stack_name, s3_bucket, screen),
            tags=dict(pair(tag, "--tags", "K=V") for tag in tags),
            role_arn=role_arn,
            on_failure=on_failure,
        )
        outcome = _deployment(session, stack_name, wanted.digest, screen).run(wanted, execute=not no_execute)
    if termination_protection is not None and outcome.end in ("deployed", "unchanged") and outcome.stack:
        session.cloudformation.update_termination_protection(
            StackName=outcome.stack.id, EnableTerminationProtection=termination_protection
        )
    command = execution_command(outcome, stack_name, region, profile) if outcome.end == "left" else ""
    if output_form == "json":
        click.echo(json.dumps(outcome_data(outcome, stack_name, command), indent=2, ensure_ascii=False))
    else:
        _print(outcome, stack_name, command)
    if outcome.end == "failed" and outcome.ending:
        raise SfnorchError(failure_words(outcome.ending, stack_name), hint=hint(outcome.ending.reason))
    return 1 if outcome.end == "declined" else 0


def _execute(session: Session, stack_name: str, change_set_name: str, screen: Screen) -> Outcome:
    from sfnorch.aws.steps import digest_of

    return _deployment(session, stack_name, digest_of(change_set_name), screen).execute(change_set_name)


def _deployment(session: Session, stack_name: str, digest: str, screen: Screen) -> Deployment:
    from sfnorch.aws.deployment import Deployment
    from sfnorch.aws.polling import Clock

    return Deployment(session.cloudformation, stack_name, digest, screen, Clock(), lambda: secrets.token_hex(4))


def _print(outcome: Outcome, stack_name: str, command: str) -> None:
    """Says how it ended: outputs, or the command that goes on, on standard output; the rest beside it."""
    from rich.console import Console

    from sfnorch.report.stack import print_outputs

    if outcome.end == "left":
        click.echo("The change set is left for review. This executes it:", err=True)
        click.echo(command)
    elif outcome.end == "declined":
        click.echo("Nothing was changed.", err=True)
    elif outcome.stack and outcome.end != "failed":
        done = "No changes" if outcome.end == "unchanged" else "Deployed"
        click.echo(f"{done}: {stack_name} is {outcome.stack.status}.", err=True)
        print_outputs(outcome.stack.outputs, Console(highlight=False))


def execution_command(outcome: Outcome, stack_name: str, region: str | None, profile: str | None) -> str:
    """The command that executes the change set that was left."""
    name = outcome.change_set.name if outcome.change_set else ""
    words = ["sfnorch", "deploy", "--stack-name", stack_name, "--execute-change-set", name]
    words += ["--region", region] if region else []
    words += ["--profile", profile] if profile else []
    return shlex.join(words)
