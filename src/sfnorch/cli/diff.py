"""`sfnorch diff`: the deployed stack compared with the plan or a template."""

from __future__ import annotations

from pathlib import Path

import click

from sfnorch.app.job_overrides import JobOverride
from sfnorch.cli.account import add_account_options, open_account
from sfnorch.cli.documents import print_json
from sfnorch.cli.environment import find_environment
from sfnorch.cli.exit_codes import DIFFERENT, SUCCESS
from sfnorch.cli.files import write_whole
from sfnorch.cli.options import add_output_option
from sfnorch.cli.parameters import DeployableCommand, add_bucket_options, add_deployable_options, parse_parameter_values
from sfnorch.cli.several import SeveralPlansCommand, report_result
from sfnorch.cli.templates import choose_plan
from sfnorch.errors import SfnorchError


class DiffCommand(SeveralPlansCommand, DeployableCommand):
    """The command, which compares several stacks in sequence."""

    accepts_all_environments = True
    for_one_plan = ("stack_name", "comment")


@click.command(cls=DiffCommand)
@add_deployable_options
@add_bucket_options
@click.option("--exit-code", is_flag=True, help="Exit with code 4 if there are differences.")
@click.option(
    "--comment",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File to write the difference to as Markdown, for a comment on a pull request; a missing stack is no error.",
)
@click.option(
    "--drift", is_flag=True, help="Also show resources that were changed outside of CloudFormation; takes some minutes."
)
@add_account_options
@add_output_option
def diff(
    plan_file: Path | None,
    template_file: Path | None,
    stack_name: str | None,
    overrides: tuple[str, ...],
    s3_bucket: str,
    resolve_s3: bool,
    exit_code: bool,
    comment: Path | None,
    drift: bool,
    region: str | None,
    profile: str | None,
    output_form: str,
    jobs: tuple[JobOverride, ...],
) -> int:
    """Compare the deployed stack with the plan.

    The command shows a unified diff of the templates, the parameters that would change, and the changes to resources.
    For the changes it creates a change set, and deletes it again. With --drift, it shows which properties of the
    resources differ from the template of the stack; sfnorch deploy --revert-drift brings them back.
    """
    from sfnorch.app.comparing import diff as find_difference
    from sfnorch.app.deployment.deployable import StackRequest
    from sfnorch.aws.stacks import MissingStackError
    from sfnorch.console import Console
    from sfnorch.report.stacks.comment import format_comparison, format_missing_stack
    from sfnorch.report.stacks.difference import convert_difference, print_difference, summarize_difference

    request = StackRequest(
        plan=choose_plan(template_file, plan_file, uses_settings=True),
        template=template_file,
        environment=find_environment(),
        stack_name=stack_name,
        parameters=parse_parameter_values(overrides),
        jobs=jobs,
        s3_bucket=s3_bucket,
        resolve_s3=resolve_s3,
    )
    try:
        found = find_difference(request, open_account(region, profile), drift=drift)
    except MissingStackError as missing:
        if comment is None or output_form == "json":
            raise
        write_whole(comment, format_missing_stack(missing.stack_name, missing.message))
        click.echo(f"{missing.message}. A deployment would create it.", err=True)
        return DIFFERENT if exit_code else SUCCESS
    report_result(summarize_difference(found), stack=found.stack)
    if comment is not None:
        write_whole(comment, format_comparison(found))
    if output_form == "json":
        print_json(convert_difference(found))
    else:
        print_difference(found, Console())
    if found.conflicts:
        raise SfnorchError("\n".join(found.conflicts), hint="a deployment would fail before it changes the stack")
    return DIFFERENT if exit_code and found.has_differences else SUCCESS
