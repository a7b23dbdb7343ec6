"""`sfnorch simulate`: an execution, simulated offline in virtual time."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.account import add_stack_name_option
from sfnorch.cli.behaviour import build_behaviour
from sfnorch.cli.date_range import (
    add_backfill_option,
    add_range_options,
    build_simulated_backfill,
    parse_date_parameters,
)
from sfnorch.cli.documents import parse_json_object, print_json
from sfnorch.cli.examples import format_examples
from sfnorch.cli.execution_input import parse_execution_input
from sfnorch.cli.exit_codes import CHILD_FAILED, SUCCESS
from sfnorch.cli.forecast import add_forecast_options, forecast_simulation, refuse_without_durations
from sfnorch.cli.options import Duration, add_output_option, add_plan_option
from sfnorch.cli.parameters import ParameterOverridesCommand, add_overrides_option, parse_pairs, parse_parameter_values
from sfnorch.cli.regions import add_region_option, choose_region
from sfnorch.cli.run_parameters import ScheduledTime, add_param_options, parse_params
from sfnorch.cli.saving import add_save_option, save_run
from sfnorch.cli.simulation_options import (
    add_event_option,
    add_input_option,
    add_mock_file_option,
    add_mock_option,
    add_object_option,
    add_substitution_option,
    add_test_case_option,
    add_type_option,
)
from sfnorch.cli.templates import choose_plan
from sfnorch.report.progress_bar import show_progress_bar
from sfnorch.report.waiting import show_spinner

if TYPE_CHECKING:
    from datetime import date, datetime, time

    from sfnorch.app.simulated.request import MachineType
    from sfnorch.app.simulation import Simulation
    from sfnorch.console import Console


@click.command(
    cls=ParameterOverridesCommand,
    epilog=format_examples(
        ("Simulate the plan in the current folder.", "sfnorch simulate"),
        (
            "Simulate the run of a scheduled time, with a value of a parameter.",
            "sfnorch simulate --at 2026-03-29T03:00 --param mode=full",
        ),
        (
            "Simulate two failures of a job, and a job that takes 45 minutes.",
            "sfnorch simulate --fail orders:2 --duration customers=45m",
        ),
        (
            "Simulate a definition with the mocks of a test case.",
            "sfnorch simulate orders.asl.json --mocks mocks.json --test-case HappyPath",
        ),
        (
            "Forecast the end and the price of a run from recorded runs of its jobs.",
            "sfnorch simulate --durations durations.yaml --deadline 3h",
        ),
        ("Simulate the execution that an event starts.", "sfnorch simulate --event @event.json"),
        (
            "Simulate a template with an input, and save a report.",
            "sfnorch simulate template.yaml --input @input.json --save run.html",
        ),
    ),
)
@click.argument("template_file", required=False, type=click.Path(path_type=Path), metavar="[TEMPLATE]")
@add_plan_option
@click.option(
    "--machine",
    metavar="NAME",
    default="",
    show_default="the one that starts the others",
    help="State machine to start.",
)
@add_input_option
@add_param_options
@click.option(
    "--at",
    type=ScheduledTime(),
    metavar="TIME",
    help="Scheduled time of the run, at which the clock starts, such as 2026-03-29T03:00: in the time zone of the "
    "plan, or with an offset.",
    show_default="2026-01-01T00:00Z, and no scheduled time",
)
@add_event_option
@add_type_option
@add_substitution_option
@add_overrides_option
@click.option(
    "--fail",
    "failing",
    multiple=True,
    metavar="JOB[:TIMES]",
    help="Job whose runs fail, always or the first TIMES times; can be repeated.",
)
@click.option(
    "--duration",
    "durations",
    multiple=True,
    metavar="JOB=DURATION",
    show_default="5m",
    help="Duration of the runs of a job, such as 90s, 15m or 1h30m; can be repeated.",
)
@click.option(
    "--throttle",
    "throttles",
    multiple=True,
    metavar="JOB:TIMES",
    help="Job whose start is throttled TIMES times; can be repeated.",
)
@click.option(
    "--concurrent-runs",
    "concurrent",
    multiple=True,
    metavar="JOB=NUMBER",
    show_default="1, as in Glue",
    help="Maximum number of concurrent runs of a job, its MaxConcurrentRuns in Glue; can be repeated.",
)
@add_mock_option
@add_mock_file_option
@add_test_case_option
@add_object_option
@click.option(
    "--until",
    type=Duration(),
    metavar="DURATION",
    help="Virtual time after which the simulation ends.",
    show_default="1h for a state machine that starts itself, otherwise no limit",
)
@click.option(
    "--second-run",
    type=Duration(),
    metavar="DURATION",
    help="Time after which a second run with the same input starts, to see what overlap does.",
)
@click.option(
    "--stop-after",
    type=Duration(),
    metavar="DURATION",
    help="Time after which the run is stopped, as by sfnorch stop.",
)
@add_region_option
@add_stack_name_option
@click.option(
    "--run-functions",
    is_flag=True,
    help="Run the code of functions also for TEMPLATE, and where the system cannot isolate it.",
)
@click.option(
    "--seed",
    type=int,
    metavar="NUMBER",
    default=0,
    show_default=True,
    help="Seed of the random numbers for jitter and names.",
)
@click.option(
    "--price",
    type=float,
    metavar="USD",
    show_default="0.025, the price in us-east-1",
    help="Price of 1,000 state transitions in US dollars.",
)
@add_save_option
@add_forecast_options
@add_backfill_option
@partial(add_range_options, required=False)
@add_output_option
def simulate(
    template_file: Path | None,
    plan_file: Path | None,
    machine: str,
    given: str,
    param_texts: tuple[str, ...],
    params_text: str | None,
    at: datetime | None,
    event_text: str | None,
    machine_type: MachineType | None,
    substitutions: tuple[str, ...],
    overrides: tuple[str, ...],
    failing: tuple[str, ...],
    durations: tuple[str, ...],
    throttles: tuple[str, ...],
    concurrent: tuple[str, ...],
    mocks: tuple[str, ...],
    mock_file: Path | None,
    test_case: str,
    objects: tuple[str, ...],
    until: float | None,
    second_run: float | None,
    stop_after: float | None,
    region: str,
    stack_name: str | None,
    run_functions: bool,
    seed: int,
    price: float | None,
    save: Path | None,
    durations_file: Path | None,
    run_count: int | None,
    deadline: float | time | None,
    backfill: bool,
    first: date | None,
    last: date | None,
    every: str,
    parallel: int,
    stop_on_failure: bool,
    output_form: str,
) -> int:
    """Simulate an execution offline, in virtual time.

    The command interprets the state machines of TEMPLATE, which is a SAM or CloudFormation template, or the definition
    of one state machine (such as orders.asl.json). Without TEMPLATE, it uses the template of the plan. JOB is the name
    of a job, or a pattern such as 'glue-job-1-*'. With --backfill, --param NAME names the parameter that gets the date,
    as for `sfnorch backfill`. With --durations, the command simulates many runs, whose jobs take as long and fail as
    often as the recorded ones. The exit code is 0 if all executions succeeded, and for a forecast, 3 if an execution
    failed, and 1 if the template cannot be simulated.
    """
    if price is not None and not 0 <= price < math.inf:
        raise click.UsageError(
            f"--price {price}: expected the price of 1,000 state transitions in US dollars, such as 0.025."
        )
    if durations_file is None:
        refuse_without_durations(run_count, deadline)
    if until is not None and until <= 0:
        raise click.UsageError("--until must be longer than 0s, such as 24h.")
    date_param = None
    if backfill:
        date_param, values = parse_date_parameters(param_texts)
        param_texts = tuple(f"{name}={value}" for name, value in values.items())
    dates = build_simulated_backfill(backfill, first, last, every, parallel, stop_on_failure, date_param)
    from sfnorch.app.simulated.request import SimulateRequest
    from sfnorch.app.simulation import simulate as simulate_request
    from sfnorch.prices import PRICE_PER_1000

    parameters = parse_parameter_values(overrides)
    behaviour = replace(
        build_behaviour(failing, durations, throttles, mocks, objects, concurrent),
        run_functions=run_functions,
        run_isolated=template_file is None,
    )
    request = SimulateRequest(
        plan=choose_plan(template_file, plan_file),
        template=template_file,
        machine=machine,
        execution_input=parse_execution_input(given),
        params=parse_params(param_texts, params_text),
        backfill=dates,
        at=at,
        event=None if event_text is None else parse_json_object(event_text, "--event"),
        behaviour=behaviour,
        mock_file=mock_file,
        test_case=test_case,
        machine_type=machine_type,
        substitutions=parse_pairs(substitutions, "--substitution"),
        parameters=parameters,
        stack_name=stack_name,
        region=choose_region(region),
        seed=seed,
        until=until,
        second_run=second_run,
        stop_after=stop_after,
        price=PRICE_PER_1000 if price is None else price,
        keeps_visits=save is not None and save.suffix == ".html" and durations_file is None,
    )
    if durations_file is not None:
        forecast_simulation(request, durations_file, run_count, deadline, output_form=output_form, save=save)
        return SUCCESS
    with show_progress_bar("Simulating dates") as show:
        simulation = simulate_request(
            request, waits=show_spinner, on_warning=lambda text: click.echo(text, err=True), on_progress=show
        )
    run = simulation.run
    if output_form == "json":
        from sfnorch.simulator.document import convert_run

        print_json(convert_run(run, simulation.figures))
    else:
        from sfnorch.console import Console

        _print(simulation, Console())
    if save is not None:
        _save(simulation, save)
    return SUCCESS if simulation.has_succeeded else CHILD_FAILED


def _print(simulation: Simulation, console: Console) -> None:
    if simulation.dates is None:
        from sfnorch.report.simulated.run import print_run

        print_run(simulation.run, simulation.figures, console)
    else:
        from sfnorch.report.simulated.backfill import print_simulated_backfill

        print_simulated_backfill(simulation.run, simulation.figures, simulation.dates, console)


def _save(simulation: Simulation, path: Path) -> None:
    from sfnorch.report.pictures.simulated import draw_simulation

    save_run(path, lambda: draw_simulation(simulation), partial(_print, simulation))
