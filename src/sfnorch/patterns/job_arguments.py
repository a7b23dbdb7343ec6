"""Arguments of job runs: text, expressions, and the ID of the run.

An argument whose expression yields null is not passed. An expression that yields nothing is an error of the state,
which names the argument.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sfnorch.asl import Expression, Value, convert_to_code, format_literal, is_expression, jsonata, read_program

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan

RUN_ID = "{% $run.id %}"
"""The expression for the ID of the run, as a plan writes it."""


def list_run_arguments(plan: AnyPlan) -> dict[str, str]:
    """Return the arguments that every job run of the plan gets: the ID of the run, if the plan names an argument."""
    return {plan.run_id_argument: RUN_ID} if plan.run_id_argument else {}


def convert_arguments(arguments: Mapping[str, str]) -> Mapping[str, Value] | Expression:
    """Return the arguments as a mapping of strings, or as one expression if one of them is an expression."""
    if not has_expressions(arguments):
        return arguments
    members = ", ".join(f"{format_literal(name)}: {_convert_argument(name, arguments[name])}" for name in arguments)
    return read_program(__package__, "job_arguments").fill(members=Expression(members))


def has_expressions(arguments: Mapping[str, str]) -> bool:
    """Return whether an argument is an expression."""
    return any(map(is_expression, arguments.values()))


def _convert_argument(name: str, value: str) -> str:
    if not is_expression(value):
        return format_literal(value)
    return jsonata("$text(<{value}>, <<name>>)", value=Expression(f"({convert_to_code(value)})"), name=name).code
