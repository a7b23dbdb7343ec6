"""`sfnorch diff`: the deployed stack compared with the plan or a template."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sfnorch.cli.account import account_options, open_session
from sfnorch.cli.documents import print_json
from sfnorch.cli.exit_codes import DIFFERENT, SUCCESS
from sfnorch.cli.options import output_option
from sfnorch.cli.parameters import DeployableCommand, bucket_options, deployable_options
from sfnorch.errors import SfnorchError
from sfnorch.report.waiting import waiting

if TYPE_CHECKING:
    from sfnorch.aws.session import Session
    from sfnorch.aws.stacks import Stack
    from sfnorch.cli.deployable import Deployable
    from sfnorch.report.difference import Difference


@click.command(cls=DeployableCommand)
@deployable_options
@bucket_options
@click.option("--exit-code", is_flag=True, help="Exit with code 4 if there are differences.")
@account_options
@output_option
def diff(
    plan_file: Path | None,
    template_file: Path | None,
    stack_name: str | None,
    overrides: tuple[str, ...],
    s3_bucket: str,
    resolve_s3: bool,
    exit_code: bool,
    region: str | None,
    profile: str | None,
    output_form: str,
    jobs_by_child: tuple[tuple[str, tuple[str, ...]], ...],
    **jobs: Any,
) -> int:
    """Compare the deployed stack with the plan.

    The command shows a unified diff of the templates, the parameters that would change, and the changes to resources.
    For the changes it creates a change set, and deletes it again.
    """
    from sfnorch.aws.stacks import existing_stack
    from sfnorch.aws.steps import kept_parameters
    from sfnorch.cli.deployable import read_deployable, refuse_parameters
    from sfnorch.console import Console
    from sfnorch.report.difference import difference_data, print_difference

    with waiting("Reading the template"):
        deployable = read_deployable(template_file, plan_file, overrides, jobs, jobs_by_child)
    session = open_session(region, profile)
    name = stack_name or deployable.stack_name
    with waiting(f"Reading the stack {name}"):
        stack = existing_stack(session.cloudformation, name)
    refuse_parameters(deployable, kept_parameters(stack))
    found = _difference(session, stack, deployable, s3_bucket, resolve=resolve_s3)
    if output_form == "json":
        print_json(difference_data(found))
    else:
        print_difference(found, Console())
    if found.conflicts:
        raise SfnorchError("\n".join(found.conflicts), hint="a deployment would fail before it changes the stack")
    return DIFFERENT if exit_code and found.any else SUCCESS


def _difference(session: Session, stack: Stack, deployable: Deployable, s3_bucket: str, *, resolve: bool) -> Difference:
    from sfnorch.aws.deployment import Deployment
    from sfnorch.aws.polling import Clock
    from sfnorch.aws.stacks import IN_REVIEW
    from sfnorch.aws.steps import Verb, kept_parameters, steps
    from sfnorch.cli.deployable import wish
    from sfnorch.cli.deployed import DeployedStack, parameter_owners
    from sfnorch.cli.uploads import template_url
    from sfnorch.report.difference import Difference, text_difference
    from sfnorch.report.onlooker import Screen

    client = session.cloudformation
    before = None if stack.status == IN_REVIEW else DeployedStack(client=client, stack=stack)
    with waiting("Reading the deployed template"):
        deployed = before.text if before else ""
    change_set, note = None, ""
    url = template_url(deployable, session, stack.name, s3_bucket, resolve=resolve)
    first = steps(stack, "")[0]
    if first.verb is not Verb.CHANGE_SET or stack.status == IN_REVIEW:
        says = first.says or f"{stack.name} is {stack.status}."
        note = f"{says} The changes to resources are unknown until the operation ends."
    elif url is None:
        note = "The changes to resources are unknown: the template requires an S3 bucket; "
        note += "pass --s3-bucket BUCKET or --resolve-s3."
    else:
        wanted = wish(deployable, stack.name, url=url)
        screen = Screen(console=None)
        deployment = Deployment(client, stack.name, wanted.digest, screen, Clock(), lambda: secrets.token_hex(4))
        change_set = deployment.preview(wanted, stack)
    kept = kept_parameters(stack)
    return Difference(
        stack=stack.name,
        lines=text_difference(deployed, deployable.text, stack.name, deployable.template.source.file),
        parameters=deployable.changed_parameters(stack.parameters, kept),
        overrides=deployable.kept_overrides(kept),
        owners=parameter_owners(deployable),
        change_set=change_set,
        conflicts=before.conflicts(deployable, change_set) if before and change_set else (),
        notes=tuple(filter(None, (note, before.another_plan(deployable) if before else ""))),
    )
