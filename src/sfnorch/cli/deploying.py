"""The deployment of a stack from any template: the options, and the steps that they select."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

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
from sfnorch.cli.parameters import bucket_options, stack_tags
from sfnorch.errors import SfnorchError
from sfnorch.report.waiting import waiting

if TYPE_CHECKING:
    from sfnorch.aws.change_sets import ChangeSet
    from sfnorch.aws.deployment import Deployment, DeploymentOutcome
    from sfnorch.aws.session import Session
    from sfnorch.aws.steps import OnFailure
    from sfnorch.cli.deployable import Deployable
    from sfnorch.report.onlooker import Screen

Function = TypeVar("Function", bound=Callable[..., Any])

_OPTIONS = (
    bucket_options,
    click.option("--tags", multiple=True, metavar="KEY=VALUE...", help="Tags for the stack and its resources."),
    click.option("--role-arn", metavar="ARN", default="", help="ARN of the IAM role that CloudFormation assumes."),
    click.option(
        "--on-failure",
        type=click.Choice(["rollback", "delete", "keep"]),
        default="rollback",
        show_default=True,
        help="Action if the deployment fails; an update with delete is rolled back.",
    ),
    click.option(
        "--termination-protection/--no-termination-protection",
        default=None,
        show_default="unchanged",
        help="Enable or disable termination protection for the stack.",
    ),
    click.option("--require-jobs", is_flag=True, help="Fail if a Glue job is missing, instead of a warning."),
    click.option(
        "--no-previous-parameters",
        is_flag=True,
        help="Reset parameters without an override to the defaults of the template.",
    ),
    click.option(
        "--replace-plan", is_flag=True, help="Replace the resources of a stack that holds another plan, or no plan."
    ),
    click.option("--wait", is_flag=True, help="Wait for another operation on the stack to end, without a prompt."),
    click.option("--no-execute", is_flag=True, help="Create the change set, and print the command that executes it."),
    click.option("--supersede", is_flag=True, help="Delete earlier change sets of sfnorch; requires --no-execute."),
    click.option(
        "--dotenv",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="File to write the variables CHANGE_SET and CHANGE_SET_LINK to; requires --no-execute.",
    ),
    click.option(
        "--execute-change-set", "change_set_name", metavar="NAME", help="Change set of --no-execute to execute now."
    ),
    yes_option,
    account_options,
    output_option,
)


def deployment_options(command: Function) -> Function:
    """Add the options of a deployment, which `Settings.of` reads."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, kw_only=True)
class DeploymentSettings:
    """The values of the options of a deployment."""

    stack_name: str | None
    s3_bucket: str
    resolve_s3: bool
    tags: tuple[str, ...]
    role_arn: str
    on_failure: OnFailure
    termination_protection: bool | None
    require_jobs: bool
    no_previous_parameters: bool
    wait: bool
    no_execute: bool
    supersede: bool
    replace_plan: bool
    dotenv: Path | None
    change_set_name: str | None
    yes: bool
    region: str | None
    profile: str | None
    output_form: str

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> tuple[DeploymentSettings, dict[str, Any]]:
        """Return the settings of a deployment, and the other options of the command."""
        own = cls.__dataclass_fields__
        settings = cls(**{name: value for name, value in options.items() if name in own})
        return settings, {name: value for name, value in options.items() if name not in own}

    @property
    def change_the_wish(self) -> bool:
        """Whether an option selects what is deployed or how it is checked, which a change set already contains."""
        bucket = self.s3_bucket or self.resolve_s3
        told = (self.tags, bucket, self.role_arn, self.require_jobs, self.no_previous_parameters)
        return any(told) or self.no_execute or self.on_failure != "rollback"

    @property
    def stack(self) -> str:
        """The name of the stack, which is known after the template or the plan is read."""
        assert self.stack_name is not None  # noqa: S101 - `deploy_stack` sets it
        return self.stack_name

    @cached_property
    def session(self) -> Session:
        """The AWS clients for the account of the stack."""
        return open_session(self.region, self.profile)

    def screen(self, **more: Any) -> Screen:
        """Return the screen that shows the deployment and prompts for confirmation."""
        from sfnorch.report.onlooker import Screen

        console = progress_console() if self.output_form == "text" else None
        consents = consent(yes=self.yes, ask=can_ask(self.output_form), wait=self.wait)
        return Screen(console=console, consents=consents, **more)

    def deployment(
        self, digest: str, screen: Screen, check: Callable[[ChangeSet], None] = lambda _: None
    ) -> Deployment:
        """Return the deployment with this digest; `check` raises SfnorchError for a change set that would fail."""
        from sfnorch.aws.deployment import Deployment
        from sfnorch.aws.polling import Clock

        return Deployment(
            self.session.cloudformation,
            self.stack,
            digest,
            screen,
            Clock(),
            lambda: secrets.token_hex(4),
            unprotect=self.termination_protection is False,
            check=check,
        )


def deploy_stack(
    settings: DeploymentSettings, read: Callable[[], Deployable], *, stack_name: Callable[[], str], alone: bool
) -> int:
    """Deploy what `read` returns, or execute a change set of an earlier `--no-execute`, and return the exit code.

    `stack_name` returns the name of the stack of a change set, if the settings have none. `alone`: whether no other
    option selects a plan, a template or parameters. Fails as wrong usage for options that contradict each other, and
    without a terminal for prompts.
    """
    if not settings.no_execute:
        require_consent(settings.yes, settings.output_form, "deploy, or --no-execute to create only the change set")
    if (settings.dotenv or settings.supersede) and not settings.no_execute:
        option = "--dotenv" if settings.dotenv else "--supersede"
        raise click.UsageError(f"{option} requires --no-execute.")
    tags = stack_tags(settings.tags)
    change_set_name = settings.change_set_name
    if change_set_name is None:
        with waiting("Reading the template"):
            deployable = read()
        settings = replace(settings, stack_name=settings.stack_name or deployable.stack_name)
        outcome = _deployed(settings, deployable, tags)
    elif settings.change_the_wish or not alone:
        raise click.UsageError(
            "--execute-change-set cannot be combined with a plan, a template, parameters or settings; "
            "the change set contains them."
        )
    elif not change_set_name:
        raise click.UsageError("--execute-change-set requires the name of a change set.")
    else:
        settings = replace(settings, stack_name=settings.stack_name or stack_name())
        outcome = _executed(settings, change_set_name)
    if settings.termination_protection is not None and outcome.end in ("deployed", "unchanged"):
        with waiting("Setting the termination protection"):
            settings.session.cloudformation.update_termination_protection(
                StackName=settings.stack, EnableTerminationProtection=settings.termination_protection
            )
    if settings.dotenv is not None and outcome.end in ("left", "unchanged", "deployed"):
        write_whole(settings.dotenv, _variables(outcome))
    return _tell(outcome, settings)


def _deployed(settings: DeploymentSettings, deployable: Deployable, tags: Mapping[str, str]) -> DeploymentOutcome:
    """Check and deploy the template, and return the outcome."""
    from sfnorch.aws.stacks import find_stack
    from sfnorch.aws.steps import holds_resources, kept_parameters
    from sfnorch.cli.deployable import looked_over, refuse_names, refuse_parameters, refuse_values, wish
    from sfnorch.cli.deployed import DeployedStack, parameter_owners
    from sfnorch.cli.uploads import put_code, template_url

    refuse_values(deployable)
    refuse_names(deployable, settings.stack)
    session, stack_name = settings.session, settings.stack
    with waiting(f"Reading the stack {stack_name}"):
        stack = find_stack(session.cloudformation, stack_name)
    kept = {} if settings.no_previous_parameters else kept_parameters(stack)
    refuse_parameters(deployable, kept)
    deployed = DeployedStack(client=session.cloudformation, stack=stack) if stack and holds_resources(stack) else None
    if deployed and not settings.replace_plan:
        with waiting("Reading the deployed template"):
            deployed.refuse_another_plan(deployable)
    screen = settings.screen(
        defaults=deployable.defaults,
        given=deployable.parameters,
        kept=kept,
        secret=deployable.secret,
        owners=parameter_owners(deployable),
    )
    for line in deployed.dropped_overrides(deployable) if deployed else ():
        screen.says(line)
    looked_over(deployable, session, screen.console, jobs_required=settings.require_jobs)
    resolve = settings.resolve_s3
    code = put_code(deployable, session, settings.s3_bucket, screen, resolve=resolve)
    deployable = replace(deployable, parameters={**deployable.parameters, **code})
    url = template_url(deployable, session, stack_name, settings.s3_bucket, screen, resolve=resolve)
    wanted = wish(
        deployable,
        stack_name,
        url=url,
        tags=tags,
        role_arn=settings.role_arn,
        on_failure=settings.on_failure,
        keeps_parameters=not settings.no_previous_parameters,
    )
    check = deployed.guard(deployable) if deployed else lambda _: None
    deployment = settings.deployment(wanted.digest, screen, check)
    return deployment.run(wanted, execute=not settings.no_execute, supersede=settings.supersede)


def _executed(settings: DeploymentSettings, change_set_name: str) -> DeploymentOutcome:
    """Execute the change set of an earlier `--no-execute`, and return the outcome."""
    from sfnorch.aws.stacks import find_stack
    from sfnorch.aws.steps import digest_of, holds_resources
    from sfnorch.cli.deployed import DeployedStack

    client = settings.session.cloudformation
    with waiting(f"Reading the stack {settings.stack}"):
        stack = find_stack(client, settings.stack)
    is_update = stack is not None and holds_resources(stack) and not stack.in_progress
    check = DeployedStack(client=client, stack=stack).guard_left if stack and is_update else lambda _: None
    return settings.deployment(digest_of(change_set_name), settings.screen(), check).execute(change_set_name)


def _tell(outcome: DeploymentOutcome, settings: DeploymentSettings) -> int:
    """Print the outcome, with the outputs or the next command on standard output, and return the exit code."""
    from sfnorch.aws.hints import hint
    from sfnorch.console import Console
    from sfnorch.report.stack import failure_words, outcome_data, print_outputs

    done = "".join(f"{words}. " for words in outcome.done)
    command = _execution_command(outcome, settings)
    if settings.output_form == "json":
        print_json(outcome_data(outcome, settings.stack, command))
    elif outcome.end == "left":
        click.echo(f"{done}The change set is ready for review. To execute it, run:", err=True)
        click.echo(command)
    elif outcome.end == "declined":
        click.echo(f"{done}Nothing{' else' if done else ''} was changed.", err=True)
        if not can_ask(settings.output_form):
            click.echo("  No terminal for prompts; run the command in a terminal, or with --yes", err=True)
    elif outcome.stack and outcome.end != "failed":
        what = "No changes" if outcome.end == "unchanged" else "Deployed"
        click.echo(f"{what}: {settings.stack_name} is {outcome.stack.status}.", err=True)
        print_outputs(outcome.stack.outputs, Console())
    if outcome.end == "failed" and outcome.ending:
        raise SfnorchError(failure_words(outcome.ending, settings.stack), hint=hint(outcome.ending.reason))
    return 1 if outcome.end == "declined" else 0


def _variables(outcome: DeploymentOutcome) -> str:
    """Return the name and the console link of the change set as variables; without one, the link of the stack."""
    from sfnorch.aws.links import change_set_link, stack_link

    if outcome.end == "left" and outcome.change_set is not None:
        name, link = outcome.change_set.name, change_set_link(outcome.change_set.id, outcome.change_set.stack_id)
    else:
        name, link = "", stack_link(outcome.stack.id) if outcome.stack else ""
    return f"CHANGE_SET={name}\nCHANGE_SET_LINK={link}\n"


def _execution_command(outcome: DeploymentOutcome, settings: DeploymentSettings) -> str:
    """Return the command that executes the change set; empty without one."""
    if outcome.end != "left" or outcome.change_set is None:
        return ""
    words = ["sfnorch", "deploy", "--stack-name", settings.stack]
    words += ["--execute-change-set", outcome.change_set.name]
    words += ["--region", settings.region] if settings.region else []
    words += ["--profile", settings.profile] if settings.profile else []
    if settings.termination_protection is not None:
        words.append("--termination-protection" if settings.termination_protection else "--no-termination-protection")
    return shlex.join(words)
