"""Options that several commands share: the plan, the jobs that change it, the form of the output."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sfnorch.cli.parameter_type import ParameterType
from sfnorch.durations import seconds_of
from sfnorch.plan.names import MAX_CHILDREN, job_name_fault

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan

Function = TypeVar("Function", bound=Callable[..., Any])

OUTPUT_FORM = "sfnorch.output"
"""What a context's meta tells of the form of output that was chosen."""

_CHILD_OPTION = "child{}_jobs"
_CHILD_JOBS = re.compile(r"--child(\d+)-jobs(?:=|$)")


class JobList(ParameterType[tuple[str, ...]]):
    """Glue job names, comma-separated; blanks round them are no part of them."""

    name = "a,b"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Return the names. Fails with what is wrong with them, all at once."""
        if isinstance(value, tuple):
            return value
        names = tuple(name for part in str(value).split(",") if (name := part.strip()))
        if not names:
            self.fail("no job is given", param, ctx)
        faults = [f"{name!r} is no Glue job name: {fault}" for name in names if (fault := job_name_fault(name))]
        if faults:
            self.fail("; ".join(faults), param, ctx)
        return names


class Duration(ParameterType[float]):
    """A duration such as 90s, 15m or 2h, in seconds."""

    name = "2h"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds."""
        if isinstance(value, float):
            return value
        found = seconds_of(str(value))
        if found is None:
            self.fail(f"{value!r} is no duration; write 90s, 15m or 2h", param, ctx)
        return found


class ChildJobs(ParameterType[tuple[str, tuple[str, ...]]]):
    """A child's name and its jobs: `CHILD=a,b`."""

    name = "child=a,b"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[str, ...]]:
        """Return the child's name, and the names of its jobs."""
        if isinstance(value, tuple):
            return value
        child, equals, jobs = str(value).partition("=")
        if not equals or not child:
            self.fail(f"{value!r} is not CHILD=a,b", param, ctx)
        return child, JobList().convert(jobs, param, ctx)


def plan_option(command: Function, **settings: Any) -> Function:
    """`--plan FILE`, which is read before the options that depend on the plan."""
    return click.option(
        "--plan",
        "plan_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        is_eager=True,
        help="The plan; ./sfnorch.yaml where there is one, else the default: a master and five children.",
        **settings,
    )(command)


class ChildJobsCommand(click.Command):
    """A command with `--child1-jobs a,b` and so on, one for each child a plan may have, and `--jobs CHILD=a,b`.

    Making forty options takes as long as a tenth of a rendering: those behind the first are made when they are used.
    """

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.params += [
            _child_jobs(1, help="Other jobs for child 1; --child2-jobs to --child40-jobs likewise."),
            click.Option(
                ["--jobs", "jobs_by_child"],
                type=ChildJobs(),
                multiple=True,
                metavar="CHILD=A,B",
                help="Other jobs for the child of this name; may be given for several.",
            ),
        ]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Return what is left of the arguments, after the options that they use have been made."""
        used = {int(match[1]) for argument in args if (match := _CHILD_JOBS.match(argument))}
        made = {param.name for param in self.params}
        self.params += [
            _child_jobs(number, hidden=True)
            for number in sorted(used)
            if 1 < number <= MAX_CHILDREN and _CHILD_OPTION.format(number) not in made
        ]
        return super().parse_args(ctx, args)


def _child_jobs(number: int, **settings: Any) -> click.Option:
    names = [f"--child{number}-jobs", _CHILD_OPTION.format(number)]
    return click.Option(names, type=JobList(), metavar="A,B", **settings)


def output_option(command: Function) -> Function:
    """`--output text|json`."""
    return click.option(
        "--output",
        "output_form",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        callback=_remember_form,
        help="What the command says: text for people, or one JSON document for scripts.",
    )(command)


def _remember_form(ctx: click.Context, param: click.Parameter, value: str) -> str:
    ctx.meta[OUTPUT_FORM] = value
    return value


def given_child_jobs(options: Mapping[str, Any]) -> dict[int, tuple[str, ...]]:
    """Return the jobs that `--child1-jobs` and so on give, by the child's number."""
    return {n: names for n in range(1, MAX_CHILDREN + 1) if (names := options.get(_CHILD_OPTION.format(n)))}


def read_plan(
    plan_file: Path | None, jobs: dict[str, Any], jobs_by_child: Sequence[tuple[str, tuple[str, ...]]]
) -> AnyPlan:
    """Return the plan that the options name, changed as they say. Fails as wrong usage where a child isn't there."""
    from sfnorch.plan.files import find_plan
    from sfnorch.plan.load import default_plan, load_plan, with_jobs
    from sfnorch.plan.models import MasterChildPlan

    plan_file = find_plan(plan_file)
    plan = load_plan(plan_file) if plan_file else default_plan()
    given = given_child_jobs(jobs)
    if not given and not jobs_by_child:
        return plan
    if not isinstance(plan, MasterChildPlan):
        raise click.UsageError(f"The pattern {plan.pattern} has no children to give jobs to.")
    names = [child.name for child in plan.children]
    for number in given:
        if number > len(names):
            raise click.UsageError(f"--child{number}-jobs: the plan has {len(names)} children: {', '.join(names)}.")
    changed: dict[int, Sequence[str]] = {number - 1: jobs for number, jobs in given.items()}
    for name, child_jobs in jobs_by_child:
        if name not in names:
            raise click.UsageError(f"--jobs {name}: the plan has no such child, but: {', '.join(names)}.")
        changed[names.index(name)] = child_jobs
    return with_jobs(plan, changed)
