"""Options that several commands share: the plan, other jobs for its children, and the output format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from sfnorch.app.job_overrides import JobOverride
from sfnorch.cli.environment import add_environment_option, remember_plan
from sfnorch.cli.parameter_type import Function, ParameterType
from sfnorch.durations import parse_duration
from sfnorch.errors import RequestError
from sfnorch.plan.names import MAX_CHILDREN, find_job_name_fault

OUTPUT_FORM = "sfnorch.output"
"""The key of the output format in the meta of click's context."""

JOBS = "JOB[,JOB...]"
CHILD_JOBS = f"CHILD={JOBS}"
_CHILD_OPTION = "child{}_jobs"
_CHILD_JOBS = re.compile(r"--child(\d+)-jobs(?:=|$)")


class JobList(ParameterType[tuple[str, ...]]):
    """Names of Glue jobs, separated by commas. Blanks around a name are ignored."""

    name = "a,b"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Return the names. Fail with all errors of all names."""
        if isinstance(value, tuple):
            return value
        names = tuple(name for part in str(value).split(",") if (name := part.strip()))
        if not names:
            self.fail("the list of jobs is empty", param, ctx)
        faults = [
            f"{name!r} is not a valid Glue job name: {fault}" for name in names if (fault := find_job_name_fault(name))
        ]
        if faults:
            self.fail("; ".join(faults), param, ctx)
        return names


class Duration(ParameterType[float]):
    """A duration such as 90s, 15m or 2h, in seconds."""

    name = "2h"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds."""
        if isinstance(value, float):
            return value
        found = parse_duration(str(value))
        if found is None:
            self.fail(f"{value!r} is not a duration; use a value such as 90s, 15m or 2h", param, ctx)
        return found


class ChildJobs(ParameterType[JobOverride]):
    """The name of a child and its jobs: `CHILD=JOB[,JOB...]`."""

    name = "child=a,b"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> JobOverride:
        """Return the name of the child with its jobs."""
        if isinstance(value, JobOverride):
            return value
        child, equals, jobs = str(value).partition("=")
        if not equals or not child:
            self.fail(f"{value!r} is not of the form {CHILD_JOBS}", param, ctx)
        return JobOverride(child, JobList().convert(jobs, param, ctx))


def add_plan_option(command: Function, **settings: Any) -> Function:
    """Add `--plan FILE` and `--env NAME`, which click reads before the options that depend on the plan."""
    plan = click.option(
        "--plan",
        "plan_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        is_eager=True,
        help="Plan file.",
        show_default="sfnorch.yaml if it exists, otherwise a plan with five children",
        callback=remember_plan,
        **settings,
    )
    return plan(add_environment_option(command))


class RefusedRequestError(click.UsageError):
    """Wrong usage that depends on the plan: another plan can accept the same command line."""


class RequestCommand(click.Command):
    """A command that reports a wrong request as wrong usage, with the names of its options."""

    def invoke(self, ctx: click.Context) -> object:
        """Return the result of the command. Fail as wrong usage if the request contradicts itself or the plan."""
        try:
            return super().invoke(ctx)
        except RequestError as error:
            text = error.message.removeprefix(error.place)
            end = "" if error.field in _WITHOUT_END else "."
            raise RefusedRequestError(f"{_name_option(error)}{text}{end}", ctx) from None


_OPTIONS = {
    "threads": "--thread",
    "mocks": "--mock",
    "objects": "--object",
    "faults": "--fail",
    "seconds": "--duration",
    "throttles": "--throttle",
    "concurrent_runs": "--concurrent-runs",
    "execution_input": "--input",
    "test_case": "--test-case",
    "second_run": "--second-run",
    "stop_after": "--stop-after",
    "first": "--from",
    "last": "--to",
    "last_executions": "--last",
    "environment": "--env",
}
"""The options with other names than the fields of a request that they set."""


_WITHOUT_END = ("mocks", "objects", "faults", "seconds", "throttles", "concurrent_runs")
"""The fields whose errors are lists, which end without a full stop."""


def _name_option(error: RequestError) -> str:
    """Return the name of the option that sets the wrong field of a request."""
    match error.field, error.key:
        case "", _:
            return ""
        case "jobs", None:
            return "--jobs and --child1-jobs"
        case "jobs", int(number):
            return f"--child{number}-jobs"
        case "jobs", child:
            return f"--jobs {child}"
        case field, None:
            return _OPTIONS.get(field, f"--{field}")
        case field, key:
            return f"--{field} {key}"


class ChildJobsCommand(RequestCommand):
    """A command with `--child1-jobs` and so on, and `--jobs`, which it gets as one value `jobs`.

    There is an option for each of the forty children that a plan can have. Their creation takes a tenth of the time of
    a rendering. Options after the first are therefore created only when they are used.
    """

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.params += [
            _create_child_option(
                1,
                help="Jobs of child 1 instead of those in the plan; likewise "
                f"--child2-jobs to --child{MAX_CHILDREN}-jobs.",
            ),
            click.Option(
                ["--jobs", "jobs"],
                type=ChildJobs(),
                multiple=True,
                metavar=CHILD_JOBS,
                help="Jobs of the named child instead of those in the plan; can be repeated.",
            ),
        ]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Create the options that the arguments use, and return the arguments that click leaves."""
        used = {int(match[1]) for argument in args if (match := _CHILD_JOBS.match(argument))}
        made = {param.name for param in self.params}
        self.params += [
            _create_child_option(number, hidden=True)
            for number in sorted(used)
            if 1 < number <= MAX_CHILDREN and _CHILD_OPTION.format(number) not in made
        ]
        left = super().parse_args(ctx, args)
        numbered = {n: ctx.params.pop(_CHILD_OPTION.format(n), None) for n in range(1, MAX_CHILDREN + 1)}
        ctx.params["jobs"] = (
            *(JobOverride(number, names) for number, names in numbered.items() if names),
            *ctx.params.get("jobs", ()),
        )
        return left


def _create_child_option(number: int, **settings: Any) -> click.Option:
    names = [f"--child{number}-jobs", _CHILD_OPTION.format(number)]
    return click.Option(names, type=JobList(), metavar=JOBS, **settings)


def add_follow_options(command: Function) -> Function:
    """Add `--no-wait` and `--timeout`, for commands that start an execution."""
    no_wait = click.option("--no-wait", is_flag=True, help="Start the execution, and exit without following it.")
    return no_wait(add_timeout_option(command))


def add_timeout_option(command: Function) -> Function:
    """Add `--timeout DURATION`, for commands that follow an execution."""
    return click.option(
        "--timeout",
        type=Duration(),
        metavar="DURATION",
        help="Time to follow the execution, such as 90s, 15m or 2h; the execution itself continues.",
        show_default="until it ends",
    )(command)


def add_output_option(command: Function) -> Function:
    """Add `--output text|json`."""
    return add_output_forms(command, ["text", "json"], "Output format: text, or one JSON document.")


def add_output_forms(command: Function, forms: Sequence[str], description: str) -> Function:
    """Add `--output` with these formats, of which the first is the default."""
    return click.option(
        "--output",
        "output_form",
        type=click.Choice(forms),
        default=forms[0],
        show_default=True,
        callback=_remember_form,
        help=description,
    )(command)


def _remember_form(ctx: click.Context, param: click.Parameter, value: str) -> str:
    ctx.meta[OUTPUT_FORM] = value
    return value
