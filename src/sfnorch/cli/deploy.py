"""`sfnorch deploy`: from a plan to a running stack."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Callable
from dataclasses import dataclass
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
    yes_option,
)
from sfnorch.cli.documents import print_json
from sfnorch.cli.files import write_whole
from sfnorch.cli.options import output_option
from sfnorch.cli.parameters import DeployableCommand, deployable_options, pairs
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from rich.console import Console

    from sfnorch.aws.deployment import Deployment, Outcome
    from sfnorch.aws.session import Session
    from sfnorch.aws.steps import OnFailure, Step
    from sfnorch.cli.deployable import Deployable
    from sfnorch.report.onlooker import Screen


@click.command(cls=DeployableCommand)
@deployable_options
@click.option("--tags", multiple=True, metavar="K=V...", help="Tags of the stack and all that it makes.")
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
@click.option(
    "--dotenv",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With --no-execute: write CHANGE_SET and CHANGE_SET_LINK there, as NAME=VALUE for a pipeline.",
)
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
    dotenv: Path | None,
    change_set_name: str | None,
    yes: bool,
    region: str | None,
    profile: str | None,
    output_form: str,
    jobs_by_child: tuple[tuple[str, tuple[str, ...]], ...],
    **jobs: Any,
) -> int:
    """Deploy the plan's stack, after a review of what would change.

    Lint, change set, review, execution, outputs; nothing changes before it has been shown and asked about. Parameters
    that are not given keep the values that the stack has. --child1-jobs a,b sets the parameter Child1GlueJobs; to have
    the plan's own jobs again, set it to nothing: --parameter-overrides Child1GlueJobs=
    """
    if not no_execute:
        require_consent(yes, output_form, "deploy, or --no-execute to leave the change set for review")
    if dotenv is not None and not no_execute:
        raise click.UsageError("--dotenv tells of a change set that is left: add --no-execute.")
    tagged = pairs(tags, "--tags")
    console = progress_console() if output_form == "text" else None
    consents = consent(yes=yes, ask=can_ask(output_form))
    if change_set_name is not None:
        own = (plan_file, template_file, overrides, tags, jobs_by_child, no_execute, s3_bucket, role_arn, require_jobs)
        if any(own) or any(jobs.values()) or on_failure != "rollback":
            raise click.UsageError("--execute-change-set takes no plan, template or settings: it holds them.")
        if not change_set_name:
            raise click.UsageError("--execute-change-set: name the change set.")
        session = open_session(region, profile)
        outcome = _execute(session, stack_name, change_set_name, console, consents)
    else:
        from sfnorch.cli.deployable import read_deployable

        deployable = read_deployable(template_file, plan_file, overrides, jobs, jobs_by_child)
        session = open_session(region, profile)
        more = {"tags": tagged, "role_arn": role_arn, "on_failure": on_failure}
        outcome = _deploy(
            session,
            deployable,
            stack_name,
            _Manner(s3_bucket, require_jobs, execute=not no_execute, protect=termination_protection),
            console,
            consents,
            more,
        )
    if termination_protection is not None and outcome.end in ("deployed", "unchanged"):
        session.cloudformation.update_termination_protection(
            StackName=stack_name, EnableTerminationProtection=termination_protection
        )
    if dotenv is not None and outcome.end in ("left", "unchanged"):
        write_whole(dotenv, _variables(outcome))
    command = ""
    if outcome.end == "left" and outcome.change_set:
        command = _execution_command(outcome.change_set.name, stack_name, region, profile, termination_protection)
    return _tell(outcome, stack_name, command, output_form)


@dataclass(frozen=True)
class _Manner:
    """How a deployment is to go about it."""

    s3_bucket: str
    require_jobs: bool
    execute: bool
    protect: bool | None


def _deploy(
    session: Session,
    deployable: Deployable,
    stack_name: str,
    manner: _Manner,
    console: Console | None,
    consents: Callable[[Step], bool],
    more: dict[str, Any],
) -> Outcome:
    """How the deployment of the template ended, once it was looked over."""
    from sfnorch.aws.stacks import find_stack
    from sfnorch.aws.steps import kept_parameters
    from sfnorch.cli.deployable import looked_over, refuse_parameters, template_url, wish
    from sfnorch.report.onlooker import Screen

    stack = find_stack(session.cloudformation, stack_name)
    kept = kept_parameters(stack)
    refuse_parameters(deployable, kept)
    looked_over(deployable, session, console, jobs_required=manner.require_jobs)
    screen = Screen(
        console=console,
        consents=consents,
        defaults=deployable.defaults,
        given=deployable.parameters,
        kept=kept,
        secret=deployable.secret,
    )
    url = template_url(deployable, session, stack_name, manner.s3_bucket, screen)
    wanted = wish(deployable, stack_name, url=url, **more)
    deployment = _deployment(session, stack_name, wanted.digest, screen, unprotect=manner.protect is False)
    return deployment.run(wanted, execute=manner.execute)


def _execute(
    session: Session,
    stack_name: str,
    change_set_name: str,
    console: Console | None,
    consents: Callable[[Step], bool],
) -> Outcome:
    """How the execution of a change set that was left ended."""
    from sfnorch.aws.steps import digest_of
    from sfnorch.report.onlooker import Screen

    screen = Screen(console=console, consents=consents)
    return _deployment(session, stack_name, digest_of(change_set_name), screen).execute(change_set_name)


def _deployment(
    session: Session, stack_name: str, digest: str, screen: Screen, *, unprotect: bool = False
) -> Deployment:
    from sfnorch.aws.deployment import Deployment
    from sfnorch.aws.polling import Clock

    return Deployment(
        session.cloudformation,
        stack_name,
        digest,
        screen,
        Clock(),
        lambda: secrets.token_hex(4),
        unprotect=unprotect,
    )


def _tell(outcome: Outcome, stack_name: str, command: str, output_form: str) -> int:
    """The exit code, once it is told how the deployment ended: outputs, or the command that goes on, on stdout."""
    from rich.console import Console

    from sfnorch.aws.hints import hint
    from sfnorch.report.stack import failure_words, outcome_data, print_outputs

    done = "".join(f"{words}. " for words in outcome.done)
    if output_form == "json":
        print_json(outcome_data(outcome, stack_name, command))
    elif outcome.end == "left":
        click.echo(f"{done}The change set is left for review. This executes it:", err=True)
        click.echo(command)
    elif outcome.end == "declined":
        click.echo(f"{done}Nothing{' else' if done else ''} was changed.", err=True)
    elif outcome.stack and outcome.end != "failed":
        what = "No changes" if outcome.end == "unchanged" else "Deployed"
        click.echo(f"{what}: {stack_name} is {outcome.stack.status}.", err=True)
        print_outputs(outcome.stack.outputs, Console(highlight=False))
    if outcome.end == "failed" and outcome.ending:
        raise SfnorchError(failure_words(outcome.ending, stack_name), hint=hint(outcome.ending.reason))
    return 1 if outcome.end == "declined" else 0


def _variables(outcome: Outcome) -> str:
    """The change set that was left and where it is shown, a variable a line; without changes none, and the stack."""
    from sfnorch.aws.links import change_set_link, stack_link

    if outcome.change_set is not None:
        name, link = outcome.change_set.name, change_set_link(outcome.change_set.id, outcome.change_set.stack_id)
    else:
        name, link = "", stack_link(outcome.stack.id) if outcome.stack else ""
    return f"CHANGE_SET={name}\nCHANGE_SET_LINK={link}\n"


def _execution_command(
    change_set_name: str, stack_name: str, region: str | None, profile: str | None, protect: bool | None
) -> str:
    """The command that executes the change set that was left."""
    words = ["sfnorch", "deploy", "--stack-name", stack_name, "--execute-change-set", change_set_name]
    words += ["--region", region] if region else []
    words += ["--profile", profile] if profile else []
    if protect is not None:
        words.append("--termination-protection" if protect else "--no-termination-protection")
    return shlex.join(words)
