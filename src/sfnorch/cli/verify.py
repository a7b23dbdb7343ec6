"""`sfnorch verify`: compare the simulator with Step Functions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.account import add_account_options, add_stack_name_option, open_account
from sfnorch.cli.behaviour import build_behaviour
from sfnorch.cli.documents import parse_json_object, print_json
from sfnorch.cli.examples import format_examples
from sfnorch.cli.execution_input import parse_execution_input
from sfnorch.cli.exit_codes import ERROR, SUCCESS
from sfnorch.cli.options import add_output_option, add_plan_option
from sfnorch.cli.parameters import ParameterOverridesCommand, add_overrides_option, parse_pairs, parse_parameter_values
from sfnorch.cli.run_parameters import ScheduledTime, add_param_options, parse_params
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

if TYPE_CHECKING:
    from datetime import datetime

    from sfnorch.app.account import AwsAccount
    from sfnorch.app.simulated.request import MachineType


@click.command(
    cls=ParameterOverridesCommand,
    epilog=format_examples(
        ("Compare the plan in the current folder.", "sfnorch verify"),
        ("Compare a run with a failed job too.", "sfnorch verify --fail glue-job-1-1"),
        ("Compare one state of a definition.", "sfnorch verify orders.asl.json --state 'Check the order'"),
        ("Ask AWS about the facts that the simulator assumes.", "sfnorch verify --facts --output json"),
    ),
)
@click.argument("template_file", required=False, type=click.Path(path_type=Path), metavar="[TEMPLATE]")
@add_plan_option
@click.option(
    "--state", metavar="NAME", default="", help="Only state to test.", show_default="all that the run reaches"
)
@click.option(
    "--every-attempt",
    is_flag=True,
    help="Test each attempt of a state, instead of the first one with each status, error and next state.",
)
@click.option("--facts", is_flag=True, help="Ask AWS about the facts that the simulator assumes, and exit.")
@click.option(
    "--machine",
    metavar="NAME",
    default="",
    show_default="the one that starts the others",
    help="State machine to start in the simulated run.",
)
@add_input_option
@add_param_options
@click.option(
    "--at",
    type=ScheduledTime(),
    metavar="TIME",
    help="Scheduled time of the run, such as 2026-03-29T03:00: in the time zone of the plan, or with an offset.",
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
    help="Job whose runs fail in a second run, always or the first TIMES times; can be repeated.",
)
@click.option(
    "--throttle",
    "throttles",
    multiple=True,
    metavar="JOB:TIMES",
    help="Job whose start is throttled TIMES times in a second run; can be repeated.",
)
@add_mock_option
@add_mock_file_option
@add_test_case_option
@add_object_option
@add_stack_name_option
@add_account_options
@add_output_option
def verify(
    template_file: Path | None,
    plan_file: Path | None,
    state: str,
    every_attempt: bool,
    facts: bool,
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
    throttles: tuple[str, ...],
    mocks: tuple[str, ...],
    mock_file: Path | None,
    test_case: str,
    objects: tuple[str, ...],
    stack_name: str | None,
    region: str | None,
    profile: str | None,
    output_form: str,
) -> int:
    """Compare the simulator with Step Functions.

    The command validates each definition of TEMPLATE, or of the plan, with ValidateStateMachineDefinition. It then
    simulates an execution, and tests each state that the run reaches with TestState: with the same input, variables
    and context, and the simulated result or error of a task as a mock. With --fail or --throttle, it simulates a
    second run. Nothing in the account is read or changed, and no role is needed. AWS allows one test a second. The
    exit code is 0 if all are equal, and 1 if a definition or a test is refused, or a state differs.
    """
    account = open_account(region, profile)
    if facts:
        if template_file is not None or state:
            raise click.UsageError("--facts has its own definitions; pass neither TEMPLATE nor --state.")
        return _verify_facts(account, output_form)
    from sfnorch.app.simulated.request import SimulateRequest
    from sfnorch.app.verifying import VerifyRequest
    from sfnorch.app.verifying import verify as verify_request
    from sfnorch.report.verification import convert_verification, print_verification

    behaviour = build_behaviour(failing, (), throttles, mocks, objects)
    simulation = SimulateRequest(
        plan=choose_plan(template_file, plan_file),
        template=template_file,
        machine=machine,
        execution_input=parse_execution_input(given),
        params=parse_params(param_texts, params_text),
        at=at,
        event=None if event_text is None else parse_json_object(event_text, "--event"),
        behaviour=replace(behaviour, run_isolated=template_file is None),
        mock_file=mock_file,
        test_case=test_case,
        machine_type=machine_type,
        substitutions=parse_pairs(substitutions, "--substitution"),
        parameters=parse_parameter_values(overrides),
        stack_name=stack_name,
        region=region,
    )
    found = verify_request(VerifyRequest(simulation=simulation, state=state, every_attempt=every_attempt), account)
    if output_form == "json":
        print_json(convert_verification(found))
    else:
        from sfnorch.console import Console

        print_verification(found, Console())
    return SUCCESS if found.is_equal else ERROR


def _verify_facts(account: AwsAccount, output_form: str) -> int:
    from sfnorch.app.fact_checks import verify_facts
    from sfnorch.report.verification import convert_facts, print_facts

    report = verify_facts(account)
    if output_form == "json":
        print_json(convert_facts(report))
    else:
        from sfnorch.console import Console

        print_facts(report, Console())
    return SUCCESS if report.is_equal else ERROR
