"""The deployment of a stack from any template: the options, and the steps that they select."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from sfnorch.cli.account import (
    add_account_options,
    add_yes_option,
    build_consent,
    can_ask,
    create_progress_console,
    open_account,
    require_consent,
)
from sfnorch.cli.documents import print_json
from sfnorch.cli.environment import find_environment, format_environment
from sfnorch.cli.files import write_whole
from sfnorch.cli.options import add_output_option
from sfnorch.cli.parameter_type import Function
from sfnorch.cli.parameters import add_bucket_options, read_tags
from sfnorch.cli.several import report_result
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from sfnorch.app.account import AwsAccount
    from sfnorch.app.deploying import DeployRequest, DeployResult
    from sfnorch.app.stack_updates import Consent, ShowUpdate
    from sfnorch.aws.steps import OnFailure

    Deploy = Callable[[AwsAccount, Consent, ShowUpdate], DeployResult]
    """A use case that deploys."""


RequestType = TypeVar("RequestType", bound="DeployRequest")

_OPTIONS = (
    add_bucket_options,
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
        "--express",
        is_flag=True,
        help="Express mode, for development: end when the configuration is applied, before resources are ready.",
    ),
    click.option(
        "--revert-drift",
        is_flag=True,
        help="Bring resources that were changed outside of CloudFormation back to the template.",
    ),
    click.option(
        "--force-rollback",
        is_flag=True,
        help="If the rollback of the last update failed, skip the resources that cannot be rolled back.",
    ),
    click.option(
        "--termination-protection/--no-termination-protection",
        default=None,
        show_default="unchanged",
        help="Enable or disable termination protection for the stack.",
    ),
    click.option("--require-jobs", is_flag=True, help="Fail if a Glue job is missing, instead of a warning."),
    click.option(
        "--no-validation",
        is_flag=True,
        help="Skip the validation of state machine definitions by Step Functions before the change set.",
    ),
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
        "--comment",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="File to write the changes to as Markdown, for a comment on a pull request; requires --no-execute.",
    ),
    click.option(
        "--execute-change-set", "change_set_name", metavar="NAME", help="Change set of --no-execute to execute now."
    ),
    add_yes_option,
    add_account_options,
    add_output_option,
)


@dataclass(frozen=True, kw_only=True)
class DeploymentOptions:
    """The values of the options of a deployment."""

    stack_name: str | None
    s3_bucket: str
    resolve_s3: bool
    tags: tuple[str, ...]
    role_arn: str
    on_failure: OnFailure
    express: bool
    revert_drift: bool
    force_rollback: bool
    termination_protection: bool | None
    require_jobs: bool
    no_validation: bool
    no_previous_parameters: bool
    wait: bool
    no_execute: bool
    supersede: bool
    replace_plan: bool
    dotenv: Path | None
    comment: Path | None
    change_set_name: str | None
    yes: bool
    region: str | None
    profile: str | None
    output_form: str

    @property
    def change_the_request(self) -> bool:
        """Whether an option selects what is deployed or how it is checked, which a change set already contains."""
        bucket = self.s3_bucket or self.resolve_s3
        checks = (self.require_jobs, self.no_validation)
        told = (self.tags, bucket, self.role_arn, *checks, self.no_previous_parameters)
        modes = (self.express, self.revert_drift, self.force_rollback)
        return any(told) or any(modes) or self.no_execute or self.on_failure != "rollback"

    def complete(self, request: RequestType) -> RequestType:
        """Return the request with the values of these options. Fail as wrong usage for tags in another form."""
        return replace(
            request,
            stack_name=self.stack_name,
            s3_bucket=self.s3_bucket,
            resolve_s3=self.resolve_s3,
            tags=read_tags(self.tags),
            role_arn=self.role_arn,
            on_failure=self.on_failure,
            express=self.express,
            revert_drift=self.revert_drift,
            force_rollback=self.force_rollback,
            termination_protection=self.termination_protection,
            require_jobs=self.require_jobs,
            validates_definitions=not self.no_validation,
            keeps_parameters=not self.no_previous_parameters,
            replace_plan=self.replace_plan,
            execute=not self.no_execute,
            supersede=self.supersede,
        )


def add_deployment_options(command: Function) -> Function:
    """Add the options of a deployment, which the command gets as one value `options`, and check them together."""

    @wraps(command)
    def collect(**values: object) -> object:
        own = {each.name: values.pop(each.name) for each in fields(DeploymentOptions)}
        options = DeploymentOptions(**own)  # type: ignore[arg-type] # click has converted the values
        _refuse_contradictions(options)
        return command(options=options, **values)

    for option in reversed(_OPTIONS):
        collect = option(collect)
    return collect  # type: ignore[return-value] # its signature is that of the options


def _refuse_contradictions(options: DeploymentOptions) -> None:
    """Fail as wrong usage for options that contradict each other, and without a terminal for prompts."""
    if not options.no_execute:
        require_consent(options.yes, options.output_form, "deploy, or --no-execute to create only the change set")
    given = {"--dotenv": options.dotenv, "--comment": options.comment, "--supersede": options.supersede}
    if option := next((name for name, value in given.items() if value and not options.no_execute), ""):
        raise click.UsageError(f"{option} requires --no-execute.")
    if options.express and options.on_failure == "delete":
        raise click.UsageError("--express requires --on-failure rollback or keep; CloudFormation accepts no other.")


def deploy_stack(options: DeploymentOptions, deploy: Deploy) -> int:
    """Deploy, print what happens and the result, and return the exit code."""
    from sfnorch.report.stacks.screen import StackScreen

    account = open_account(options.region, options.profile)
    consents = build_consent(yes=options.yes, ask=can_ask(options.output_form), wait=options.wait)
    with StackScreen(create_progress_console() if options.output_form == "text" else None) as screen:
        result = deploy(account, consents, screen.show)
    if options.dotenv is not None and result.end in ("left", "unchanged", "deployed"):
        write_whole(options.dotenv, _format_variables(result))
    if options.comment is not None and result.end in ("left", "unchanged", "deployed"):
        from sfnorch.report.stacks.comment import format_review

        write_whole(options.comment, format_review(result, _find_link(result)))
    return _print_outcome(result, options)


def execute_stack(options: DeploymentOptions, change_set: str, stack_name: Callable[[], str], *, alone: bool) -> int:
    """Execute a change set of an earlier `--no-execute`, print the result, and return the exit code.

    `stack_name` returns the name of the stack, if the options have none. `alone`: whether no other option selects a
    plan, a template or parameters. Fails as wrong usage if one does.
    """
    from sfnorch.app.deploying import execute_change_set

    read_tags(options.tags)
    if options.change_the_request or not alone:
        raise click.UsageError(
            "--execute-change-set cannot be combined with a plan, a template, parameters or settings; "
            "the change set contains them."
        )
    if not change_set:
        raise click.UsageError("--execute-change-set requires the name of a change set.")
    name = options.stack_name or stack_name()
    return deploy_stack(
        options,
        lambda account, consent, show: execute_change_set(
            change_set,
            name,
            account,
            termination_protection=options.termination_protection,
            consent=consent,
            on_event=show,
        ),
    )


def _print_outcome(result: DeployResult, options: DeploymentOptions) -> int:
    """Print the result, with the outputs or the next command on standard output, and return the exit code."""
    from sfnorch.console import Console
    from sfnorch.report.stacks.ending import suggest_fix
    from sfnorch.report.stacks.stack import convert_outcome, describe_end, describe_failure, print_outputs

    report_result(describe_end(result), stack=result.stack_name)
    done = "".join(f"{words}. " for words in result.done)
    command = _build_execution_command(result, options)
    if options.output_form == "json":
        print_json(convert_outcome(result, command))
    elif result.end == "left":
        click.echo(f"{done}The change set is ready for review. To execute it, run:", err=True)
        click.echo(command)
    elif result.end == "declined":
        click.echo(f"{done}Nothing{' else' if done else ''} was changed.", err=True)
        if not can_ask(options.output_form):
            click.echo("  No terminal for prompts; run the command in a terminal, or with --yes", err=True)
    elif result.stack and result.end != "failed":
        what = "No changes" if result.end == "unchanged" else "Deployed"
        click.echo(f"{what}: {result.stack_name} is {result.stack.status}.", err=True)
        if result.end == "deployed" and result.change_set and result.change_set.express:
            click.echo("Express mode: resources can still become ready, and deletions can still be running.", err=True)
        print_outputs(result.stack.outputs, Console())
    if result.end == "failed" and result.ending:
        raise SfnorchError(describe_failure(result.ending, result.stack_name), hint=suggest_fix(result.ending))
    return 1 if result.end == "declined" else 0


def _format_variables(result: DeployResult) -> str:
    """Return the name and the console link of the change set as variables; without one, the link of the stack."""
    name = result.change_set.name if result.end == "left" and result.change_set is not None else ""
    return f"CHANGE_SET={name}\nCHANGE_SET_LINK={_find_link(result)}\n"


def _find_link(result: DeployResult) -> str:
    """Return the console link of the change set; without one, the link of the stack, if there is one."""
    from sfnorch.aws.links import build_change_set_link, build_stack_link

    if result.end == "left" and result.change_set is not None:
        return build_change_set_link(result.change_set.id, result.change_set.stack_id)
    return build_stack_link(result.stack.id) if result.stack else ""


def _build_execution_command(result: DeployResult, options: DeploymentOptions) -> str:
    """Return the command that executes the change set; empty without one."""
    if result.end != "left" or result.change_set is None:
        return ""
    environment = find_environment()
    words = ["sfnorch", "deploy", *(format_environment(environment) if environment else ())]
    if environment is None or environment.stack_name != result.stack_name:
        words += ["--stack-name", result.stack_name]
    words += ["--execute-change-set", result.change_set.name]
    words += ["--region", options.region] if options.region else []
    words += ["--profile", options.profile] if options.profile else []
    if options.termination_protection is not None:
        words.append("--termination-protection" if options.termination_protection else "--no-termination-protection")
    return shlex.join(words)
