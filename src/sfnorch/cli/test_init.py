"""`sfnorch test --init`: write the first scenarios of a plan."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from sfnorch.cli.environment import add_environment_option, get_environment_name, remember_plan
from sfnorch.cli.files import write_whole
from sfnorch.errors import SfnorchError
from sfnorch.plan.files import PLAN_FILE

if TYPE_CHECKING:
    from sfnorch.app.scenario_suite.suite import Suite

_OWN = {"writes_scenarios": "--init", "plan_file": "--plan", "environment": "--env", "force": "--force"}
"""The parameters of `--init`, with their options."""


def add_init(command: Callable[..., int]) -> Callable[..., int]:
    """Return the command with `--init`, `--plan`, `--env` and `--force`; with `--init`, it writes scenarios instead."""

    @functools.wraps(command)
    def run(*, writes_scenarios: bool, plan_file: Path | None, force: bool, **others: Any) -> int:
        ctx = click.get_current_context()
        given = [
            parameter
            for parameter in ctx.command.params
            if parameter.name and ctx.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
        ]
        if not writes_scenarios:
            for parameter in given:
                if parameter.name in _OWN:
                    raise click.UsageError(
                        f"{parameter.opts[0]} requires --init; the target of scenarios is in their file."
                    )
            return command(**others)
        for parameter in given:
            if parameter.name not in (*_OWN, "files"):
                raise click.UsageError(f"--init and {parameter.opts[0]} exclude each other; pass one of them.")
        files: tuple[Path, ...] = others["files"]
        if len(files) > 1:
            raise click.UsageError("--init writes one FILE.")
        return _write_scenarios(plan_file, files[0] if files else None, force=force)

    for option in (
        click.option("--force", is_flag=True, help="With --init, overwrite an existing file."),
        click.option(
            "--init",
            "writes_scenarios",
            is_flag=True,
            help="Write scenarios that reach every part of a plan's state machines to FILE.",
            show_default=False,
        ),
        click.option(
            "--plan",
            "plan_file",
            type=click.Path(path_type=Path),
            metavar="FILE",
            is_eager=True,
            help="With --init, the plan file.",
            show_default=PLAN_FILE,
            callback=remember_plan,
        ),
        add_environment_option,
    ):
        run = option(run)
    return run


def _write_scenarios(plan_file: Path | None, output: Path | None, *, force: bool) -> int:
    from sfnorch.app.scenario_suite.suite import write_suite
    from sfnorch.plan.files import find_plan
    from sfnorch.report.waiting import show_spinner

    plan = find_plan(plan_file)
    if plan is None:
        raise SfnorchError(
            f"{PLAN_FILE} does not exist", hint="sfnorch init creates a plan; --plan FILE names another one"
        )
    environment = get_environment_name()
    output = output or _name_output(plan, environment)
    if output.exists() and not force:
        raise SfnorchError(f"{output} already exists", hint="--force overwrites it; or name another FILE")
    with show_spinner("Trying scenarios"):
        suite = write_suite(plan, environment, output)
    write_whole(output, suite.text)
    click.echo(f"Wrote {output}: {_describe(suite)}. Next: review what it expects, then run sfnorch test.")
    return 0


def _name_output(plan: Path, environment: str) -> Path:
    name = plan.name.removesuffix(plan.suffix)
    return plan.with_name(f"{name}.{environment}.sfntest.yaml" if environment else f"{name}.sfntest.yaml")


def _describe(suite: Suite) -> str:
    reached, count = suite.coverage.count()
    left = count - reached
    missed = f" ({left} missed; sfnorch test lists them)" if left else ""
    return f"{suite.scenarios} scenarios, coverage {suite.coverage.share:.0%}{missed}"
