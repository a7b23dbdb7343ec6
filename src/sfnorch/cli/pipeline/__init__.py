"""`sfnorch pipeline`: the pipeline that brings a plan's stack to AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sfnorch.cli.lazy import LazyGroup
from sfnorch.cli.options import plan_option
from sfnorch.plan.stack_names import stack_name_of

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan

Function = TypeVar("Function", bound=Callable[..., Any])

PIPELINE_COMMANDS = {
    "render": "Render the pipeline's template.",
    "deploy": "Deploy the pipeline's stack, after a review of what would change.",
}
SOURCES = ("connection", "codecommit", "s3")


@click.group(cls=LazyGroup, package=__name__, listed=PIPELINE_COMMANDS)
def pipeline() -> None:
    """Set up the pipeline that brings the plan's stack to AWS.

    On every push to a branch it runs buildspec.yml: tests, lint, simulation; a change set, its approval, its execution.
    """


def pipeline_options(command: Function) -> Function:
    """`--plan`, `--source` and `--approval`."""
    source = click.option(
        "--source",
        type=click.Choice(SOURCES),
        default=SOURCES[0],
        show_default=True,
        help="Where the plan lies: a repository behind a connection (GitHub, GitLab, Bitbucket), one of CodeCommit's, "
        "or a file in a bucket that the pipeline makes.",
    )
    approval = click.option(
        "--approval/--no-approval",
        default=True,
        show_default=True,
        help="Whether a person approves the change set before it is executed.",
    )
    return plan_option(source(approval(command)))


def pipeline_text(plan: AnyPlan, source: str, *, approval: bool) -> str:
    """Return the template of the plan's pipeline."""
    from sfnorch.cfn.pipeline.render import render_pipeline
    from sfnorch.patterns import workflow

    return render_pipeline(workflow(plan), source, stack_name=stack_name_of(plan.name), approval=approval)
