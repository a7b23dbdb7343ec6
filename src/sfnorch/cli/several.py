"""One command for several plans (`--plan 'plans/*.yaml'`) and for all environments of a plan (`--env all`)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import click

from sfnorch.cli.documents import CURRENT_PART, print_json
from sfnorch.cli.environment import PLAN_FILE, PLAN_FILES, enter_environment, get_environment_name, names_several
from sfnorch.cli.error_texts import describe_error, explain_error, mask_secrets
from sfnorch.cli.exit_codes import CHILD_FAILED, DIFFERENT, ERROR, SUCCESS, USAGE_ERROR
from sfnorch.cli.options import OUTPUT_FORM, RefusedRequestError
from sfnorch.errors import SfnorchError, has_interrupt
from sfnorch.plan.files import find_plan
from sfnorch.plan.names import ALL_ENVIRONMENTS
from sfnorch.report.plan_results import INTERRUPTED, PlanResult, convert_plan_results

if TYPE_CHECKING:
    from sfnorch.console import Console

WIDTH = 1_000
"""The columns of a table to a file or a pipe."""

_BY_WEIGHT = (SUCCESS, DIFFERENT, CHILD_FAILED, ERROR, USAGE_ERROR)
"""The exit codes, the worst one last."""


class PlansCommand(click.Command):
    """A command that accepts a pattern as `--plan`, and some also `--env all`. It reads the parts by itself."""

    accepts_patterns: ClassVar[bool] = True
    accepts_all_environments: ClassVar[bool] = False
    for_one_plan: ClassVar[tuple[str, ...]] = ()
    """The parameters that have a meaning for one plan and one environment only."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        for param in self.params:
            if isinstance(param, click.Option) and "--plan" in param.opts:
                param.help = "Plan file, or a pattern in quotes such as 'plans/*.yaml' for several plans."
            elif isinstance(param, click.Option) and "--env" in param.opts and self.accepts_all_environments:
                param.help = "Environment of the plan; all for a table of all environments."

    def refuse_options(self, ctx: click.Context) -> None:
        """Fail as wrong usage for an option that has a meaning for one plan and one environment only."""
        for param in self.params:
            if param.name in self.for_one_plan and ctx.params.get(param.name or ""):
                raise click.UsageError(f"{param.opts[-1]} requires one plan and one environment.", ctx)


class SeveralPlansCommand(PlansCommand):
    """A command that runs once for each plan and environment, and shows a table of the results at the end."""

    shows_details: ClassVar[bool] = True
    """Whether each part has its own output before the table."""

    def invoke(self, ctx: click.Context) -> object:
        """Return the exit code: that of the command, or the worst of all parts."""
        parts = list_parts(ctx)
        if parts is None:
            return super().invoke(ctx)
        self.refuse_options(ctx)
        self.check_parts(ctx, parts)
        given = dict(ctx.params)

        def work(part: PlanResult) -> int:
            ctx.params = self.choose_parameters(given, part)
            code = super(SeveralPlansCommand, self).invoke(ctx)
            return code if isinstance(code, int) else SUCCESS

        return run_parts(ctx, parts, work, shows_details=self.shows_details)

    def check_parts(self, ctx: click.Context, parts: Sequence[PlanResult]) -> None:
        """Raise SfnorchError for parts that exclude each other, before the first one begins."""

    def choose_parameters(self, given: dict[str, Any], part: PlanResult) -> dict[str, Any]:
        """Return the parameters of the command for a part."""
        return {**given, "plan_file": part.plan} if "plan_file" in given and not given.get("template_file") else given


def list_parts(ctx: click.Context) -> list[PlanResult] | None:
    """Return the plans and environments that the options name; None for one plan and at most one environment.

    A plan without environments is one part, also for all environments. Raises SfnorchError if the environments of the
    only plan cannot be read. An error of one of several plans is stored in its part.
    """
    if not names_several(ctx):
        return None
    name, found = get_environment_name(), ctx.meta.get(PLAN_FILES)
    if found is None:
        plan = find_plan(ctx.meta.get(PLAN_FILE))
        if plan is None:
            from sfnorch.plan.composition.environment import create_unknown_error  # for an error only

            raise create_unknown_error("the default plan", name)
        return _list_environments(plan)
    parts: list[PlanResult] = []
    for plan in found.plans:
        try:
            parts += _list_environments(plan) if name == ALL_ENVIRONMENTS else [PlanResult(plan=plan, environment=name)]
        except SfnorchError as error:
            parts.append(PlanResult(plan=plan, error=error))
    return parts


def _list_environments(plan: Path) -> list[PlanResult]:
    from sfnorch.plan.environments import load_environments

    return [PlanResult(plan=plan, environment=name) for name in load_environments(plan) or ("",)]


def run_parts(
    ctx: click.Context, parts: Sequence[PlanResult], work: Callable[[PlanResult], int], *, shows_details: bool = True
) -> int:
    """Call `work` for each part, print the errors and then the results of all, and return the worst exit code.

    An error ends only its part. Ctrl-C ends all, after the results so far are printed.
    """
    is_text = ctx.meta.get(OUTPUT_FORM, "text") == "text"
    try:
        for part in parts:
            if is_text and shows_details:
                _print_title(part, is_first=part is parts[0])
            run_part(ctx, part, work, is_first=part is parts[0])
    except BaseException:
        if is_text and any(part.is_done for part in parts):
            print_table(parts)
        raise
    if is_text:
        if shows_details:
            click.echo()
        print_table(parts)
    else:
        print_json(convert_plan_results(parts, mask_secrets))
    return find_worst_code(parts)


def print_table(parts: Sequence[PlanResult]) -> None:
    """Print the results as a table, as wide as the terminal; without a terminal, no line is broken."""
    from sfnorch.report.plan_results_table import print_plan_results  # slow to load

    print_plan_results(parts, _create_console())


def _print_title(part: PlanResult, *, is_first: bool) -> None:
    from sfnorch.report.plan_results_table import print_title  # slow to load

    if not is_first:
        click.echo()
    print_title(part, _create_console())


def _create_console() -> Console:
    from sfnorch.console import Console  # slow to load

    return Console(width=None if sys.stdout.isatty() else WIDTH)


def run_part(
    ctx: click.Context,
    part: PlanResult,
    work: Callable[[PlanResult], int],
    *,
    is_first: bool,
    prints_error: bool = True,
) -> None:
    """Call `work` for the part, whose plan and environment are those of the command meanwhile.

    An error is stored in the part, and printed, unless it is a bug or wrong usage for any plan.
    """
    before = ctx.meta[PLAN_FILE], get_environment_name()
    enter_environment(ctx, part.plan, part.environment)
    ctx.meta[CURRENT_PART] = part
    part.result = INTERRUPTED
    try:
        if part.error:
            raise part.error
        part.stack = _find_stack_name(part)
        code = work(part)
    except (click.exceptions.Exit, click.exceptions.Abort):
        raise
    except click.UsageError as error:
        if is_first and not isinstance(error, RefusedRequestError):
            raise
        part.end_with(SfnorchError(error.format_message()), USAGE_ERROR)
        if prints_error:
            _print_error(ctx, part, error)
    except Exception as error:
        explained = None if has_interrupt(error) else explain_error(error)
        if explained is None:
            raise
        part.end_with(explained, ERROR)
        if prints_error:
            _print_error(ctx, part, error)
    else:
        part.end_with(None, code)
    finally:
        del ctx.meta[CURRENT_PART]
        enter_environment(ctx, *before)


def _find_stack_name(part: PlanResult) -> str:
    """Return the name of the part's stack; empty if it is unknown, which the command reports if it needs the name."""
    from sfnorch.cli.account import find_planned_stack_name  # a rendering of one plan needs no account

    try:
        return find_planned_stack_name(part.plan)
    except SfnorchError:
        return ""


def _print_error(ctx: click.Context, part: PlanResult, error: Exception) -> None:
    """Print the error of a part, which its message names: errors can go to another file than the titles."""
    explained = part.error
    if explained and str(part.plan) not in explained.message:
        explained = SfnorchError(f"{part.title}: {explained.message}", hint=explained.hint)
    is_debugged = bool(getattr(ctx.obj, "on", False))
    click.echo(mask_secrets(describe_error(error, explained, debug=is_debugged)), err=True, color=True)


def find_worst_code(parts: Sequence[PlanResult]) -> int:
    """Return the worst exit code of the parts."""
    return max((part.code for part in parts), key=_BY_WEIGHT.index, default=SUCCESS)


def get_part() -> PlanResult | None:
    """Return the part that the command works on; None for a command with one plan and one environment."""
    ctx = click.get_current_context(silent=True)
    return ctx.meta.get(CURRENT_PART) if ctx else None


def report_result(words: str, *, stack: str = "", cells: Mapping[str, str] | None = None) -> None:
    """Store the result of the part for the table, if the command works on several. `cells` are other columns."""
    if part := get_part():
        part.result, part.cells, part.stack = words, dict(cells or {}), stack or part.stack
