"""`sfnorch pipeline`: the CodePipeline pipeline that deploys the stack of a plan."""

from __future__ import annotations

import click

from sfnorch.cli.lazy import LazyGroup
from sfnorch.cli.options import add_plan_option
from sfnorch.cli.parameter_type import Function
from sfnorch.delivery.pipeline.source_kinds import SOURCE_KINDS

PIPELINE_COMMANDS = {
    "render": "Render the template of the pipeline.",
    "deploy": "Deploy the stack of the pipeline after a review of its changes.",
}


@click.group(cls=LazyGroup, package=__name__, listed=PIPELINE_COMMANDS)
def pipeline() -> None:
    """Set up a CodePipeline pipeline that deploys the stack.

    On every push to a branch, the pipeline runs the tests, lint, and simulation of buildspec.yml. It then creates a
    change set, waits for an approval, and executes the change set.
    """


def add_pipeline_options(command: Function) -> Function:
    """Add `--plan`, `--source` and `--approval`."""
    source = click.option(
        "--source",
        type=click.Choice(SOURCE_KINDS),
        default=SOURCE_KINDS[0],
        show_default=True,
        help="Source of the plan: a repository on GitHub, GitLab or Bitbucket with a connection, a CodeCommit "
        "repository, or a file in an S3 bucket that the pipeline creates.",
    )
    approval = click.option(
        "--approval/--no-approval",
        default=True,
        show_default=True,
        help="Require a manual approval before the change set is executed; not for the first of several environments.",
    )
    return add_plan_option(source(approval(command)))
