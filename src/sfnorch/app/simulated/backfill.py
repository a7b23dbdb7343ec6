"""The start of a simulated backfill, and what became of its dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfnorch.app.backfill_request import BackfillRequest, DateRange, refuse_parallel
from sfnorch.errors import RequestError, SfnorchError
from sfnorch.json_values import Json
from sfnorch.protocol.backfill import OutcomeRule, parse_run_name
from sfnorch.runs.backfills import BackfillSettings, choose_date_parameter
from sfnorch.runs.date_runs import find_rule
from sfnorch.simulator.run import is_backfill

if TYPE_CHECKING:
    from sfnorch.simulator.record import Execution, Run
    from sfnorch.template.contents import Machine, Template


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedBackfill:
    """The backfill to simulate: a run of the state machine for each date."""

    dates: DateRange
    """The dates."""
    param: str | None = None
    """The parameter that gets the date; by default the only one of type date."""
    parallel: int = 1
    """The number of dates that run concurrently."""
    stop_on_failure: bool = False
    """Whether no further date starts after a failure."""

    def __post_init__(self) -> None:
        """Raise RequestError for a number of concurrent dates that is out of range."""
        refuse_parallel(self.parallel)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedDate:
    """A date of a simulated backfill; times are in seconds after the start."""

    date: str
    status: str
    started: float
    ended: float
    failed: str = ""
    """The names of the parts that failed, if they are known."""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillStart:
    """The state machine of backfills in the template, its input, and the key in the names of its runs."""

    machine: Machine
    execution_input: Json
    key: str


def prepare_backfill(
    template: Template, main: Machine, backfill: SimulatedBackfill, params: Mapping[str, Json], common: Json
) -> BackfillStart:
    """Return the start of a backfill of the main machine; `common` is the input that the runs have in common.

    Raises SfnorchError if the template has no state machine for backfills, and RequestError for wrong parameters.
    """
    machine = next(filter(is_backfill, template.machines), None)
    if machine is None:
        raise SfnorchError(
            f"{template.source.file}: no state machine for backfills found", hint="set `backfill: true` in the plan"
        )
    if not isinstance(common, dict):
        raise RequestError(": must be an object for a backfill", field="execution_input")
    definition: Mapping[str, Json] = main.definition.data if main.definition else {}
    param = choose_date_parameter(template.build_title(main), definition, backfill.param, params)
    settings = BackfillSettings(
        param=param,
        params=params,
        execution_input=common,
        parallel=backfill.parallel,
        stop_on_failure=backfill.stop_on_failure,
    )
    key = settings.compute_key(main.arn)
    command = BackfillRequest(
        stack_name=template.stack.where.stack_name,
        dates=backfill.dates,
        param=backfill.param,
        params=params,
        parallel=backfill.parallel,
        stop_on_failure=backfill.stop_on_failure,
    ).build_command()
    given = settings.make_input(backfill.dates.list_dates(), key, {}, command)
    execution_input: dict[str, Json] = {**given}  # type: ignore[dict-item]
    return BackfillStart(machine=machine, execution_input=execution_input, key=key)


def count_dates(
    main: Machine, backfill: SimulatedBackfill, on_progress: Callable[[int, int], None]
) -> Callable[[Execution], None]:
    """Return a function that gets each execution that ends, and reports how many dates have ended, and all dates."""
    total, ended = len(backfill.dates.list_dates()), 0

    def count(execution: Execution) -> None:
        nonlocal ended
        if execution.machine == main.arn:
            ended += 1
            on_progress(ended, total)

    return count


def list_simulated_dates(run: Run, main: Machine, key: str) -> Sequence[SimulatedDate]:
    """Return the dates that have started in a simulated backfill, in order."""
    rule = find_rule(main.definition.data) if main.definition else OutcomeRule()
    found = []
    for execution in run.executions:
        named = parse_run_name(execution.name, key) if execution.machine == main.arn else None
        if named is None:
            continue
        failure = rule.find_failure(execution.output) or {}
        is_well = execution.status in ("SUCCEEDED", "RUNNING") and not failure
        found.append(
            SimulatedDate(
                date=named[0],
                status=execution.status if is_well else "FAILED",
                started=execution.started,
                ended=run.cut_off or execution.started if execution.ended is None else execution.ended,
                failed=failure.get("failed", ""),
                error=execution.error or failure.get("error", ""),
            )
        )
    return sorted(found, key=lambda each: each.date)
