"""Checks of the steps of a flow: unique names, kinds of steps, known functions, SQL parameters, retries.

The checks work on the data as it was read, so that all errors are reported together. `flow_expressions` checks the
expressions.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any

from sfnorch.durations import seconds_of
from sfnorch.plan.consistency import Path, one_of_kinds, repeated, repeated_names
from sfnorch.plan.flow_expressions import expression_faults
from sfnorch.plan.flow_failures import failure_faults
from sfnorch.plan.flow_steps import Placed, part, placed_steps
from sfnorch.plan.names import MAX_STEPS, code_fault
from sfnorch.plan.values import is_expression
from sfnorch.protocol.flow import FlowState
from sfnorch.protocol.states import SharedState, list_names
from sfnorch.sql import sql_parameters

KINDS = (
    *("glue_job", "lambda", "state_machine", "redshift_sql", "s3_object", "notify", "wait"),
    *("parallel", "for_each"),
)
"""The keys of a step that name what it does; a step has one of them."""

CONTROL_STATES = list_names(FlowState, SharedState)
"""Names of the states that do not belong to a step."""

MAX_STATEMENT_SECONDS = 86_400
"""The maximum duration of a statement. https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html (documented)"""

_OF_JOBS = (
    *("arguments", "worker_type", "number_of_workers", "execution_class", "security_configuration"),
    "job_run_queuing",
)
_TAKES = {
    **dict.fromkeys(_OF_JOBS, ("glue_job",)),
    "input": ("lambda", "state_machine"),
    "timeout": ("glue_job", "lambda", "state_machine", "redshift_sql", "s3_object", "notify"),
    "save_as": tuple(kind for kind in KINDS if kind not in ("wait", "notify")),
    "retry": tuple(kind for kind in KINDS if kind != "wait"),
}
"""For each key that only some kinds of steps support: these kinds."""


def flow_faults(data: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield each inconsistency in a flow's data: the path to the wrong key, and an error message."""
    steps = list(placed_steps(data))
    if len(steps) > MAX_STEPS:
        yield (
            ("steps",),
            f"a flow has at most {MAX_STEPS} steps, including the steps inside other steps; got {len(steps)}",
        )
    named = [((*step.path, "name"), step.data.get("name")) for step in steps]
    yield from repeated(named, "{name!r} is already the name of {first}; choose another name")
    for path, name in named:
        if name in CONTROL_STATES:
            yield path, f"{name!r} is reserved for a state of the flow; choose another name"
    functions = _functions(data)
    yield from repeated_names(functions)
    known = [name for _, name in functions if isinstance(name, str)]
    for step in steps:
        yield from _one_step(step, known)
    yield from expression_faults(data)


def _functions(data: dict[str, Any]) -> list[tuple[Path, Any]]:
    listed = data.get("functions")
    rows = enumerate(listed if isinstance(listed, list) else [])
    return [(("functions", index, "name"), row.get("name")) for index, row in rows if isinstance(row, dict)]


def _one_step(step: Placed, functions: list[str]) -> Iterator[tuple[Path, str]]:
    kinds = [kind for kind in KINDS if step.data.get(kind) is not None]
    if len(kinds) != 1:
        yield (*step.path, "name"), one_of_kinds("step", KINDS, kinds)
        return
    (kind,) = kinds
    for key, takers in _TAKES.items():
        if key in step.data and kind not in takers:
            yield (*step.path, key), f"{key} is not supported for {kind}; it is supported for {', '.join(takers)}"
    if kind == "wait" and "on_error" in step.data and not is_expression(step.data["wait"]):
        yield (*step.path, "on_error"), "a wait of a fixed length cannot fail; remove on_error"
    name = step.data.get("lambda")
    if isinstance(name, str) and name not in functions and not name.startswith("arn:"):
        for near in difflib.get_close_matches(name, functions, n=1, cutoff=0.8):
            message = f"unknown function {name!r}; did you mean {near}? For a function of another stack write its ARN"
            yield (*step.path, "lambda"), message
    for check in (_redshift, _s3_object, _retries, failure_faults):
        yield from check(step)


def _redshift(step: Placed) -> Iterator[tuple[Path, str]]:
    given = step.data.get("redshift_sql")
    if not isinstance(given, dict):
        return
    path: Path = (*step.path, "redshift_sql")
    if (given.get("cluster") is None) == (given.get("workgroup") is None):
        yield path, "a statement must have either cluster or workgroup; set exactly one of them"
    if given.get("secret_arn") is not None and given.get("db_user") is not None:
        yield (*path, "db_user"), "db_user and secret_arn exclude each other; remove one of them"
    if given.get("workgroup") is not None and given.get("db_user") is not None:
        yield (
            (*path, "db_user"),
            "db_user is not supported for a workgroup; use secret_arn, or remove db_user to authenticate with IAM",
        )
    seconds = _whole_seconds(step.data.get("timeout"))
    if seconds and seconds > MAX_STATEMENT_SECONDS:
        yield (*step.path, "timeout"), "the Redshift Data API runs a statement for at most 24 hours; write 24h or less"
    if isinstance(given.get("sql"), str):
        yield from _sql(given["sql"], part(Placed(data=given, path=path), "parameters"), path)


def _sql(sql: str, values: dict[str, Any], path: Path) -> Iterator[tuple[Path, str]]:
    """Yield the faults of a statement and its parameters: parameters without a value, and values that are not used.

    The Redshift Data API rejects values that the statement does not use ("Parameters list contains unused
    parameters"). A parameter without a value reaches Redshift unchanged, which is a syntax error. Both as reported in:
    https://github.com/aws-samples/getting-started-with-amazon-redshift-data-api/issues/4
    https://github.com/aws/aws-sdk-pandas/issues/3024
    """
    if "{%" in sql or "%}" in sql:
        yield (*path, "sql"), "SQL cannot contain expressions; write :name, and the value in parameters"
    elif fault := code_fault(sql):
        yield (*path, "sql"), f"{fault}; write :name, and the value in parameters"
    used = sql_parameters(sql)
    for name, line in used.items():
        if name not in values:
            where = f" (line {line} of the statement)" if "\n" in sql.strip() else ""
            yield (*path, "sql"), f"the parameter :{name} has no value{where}; add {name} to parameters"
    for name, value in values.items():
        at: Path = (*path, "parameters", name)
        if name not in used and re.search(rf":{re.escape(name)}\b", sql):
            yield at, f":{name} is only in quotes or comments, where it is not replaced; move it out of the quotes"
        elif name not in used:
            yield at, f":{name} is not used in the statement; remove the parameter, or use it"
        if value == "":
            yield (
                at,
                "the Redshift Data API does not support empty values; remove the parameter, or write NULL in the SQL",
            )


def _s3_object(step: Placed) -> Iterator[tuple[Path, str]]:
    given = step.data.get("s3_object")
    if isinstance(given, dict) and "key" not in given and step.repeats:
        yield (
            (*step.path, "s3_object"),
            "key is required inside for_each, because each item would overwrite the previous object; add a key",
        )


def _retries(step: Placed) -> Iterator[tuple[Path, str]]:
    """Yield the retries that Step Functions rejects.

    The order of a retry for all errors is not checked, because the rendering puts it last.
    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    given = step.data.get("retry")
    of_all = 0
    for index, row in enumerate(given if isinstance(given, list) else [given]):
        path: Path = (*step.path, "retry", *((index,) if isinstance(given, list) else ()))
        if not isinstance(row, dict | int) or isinstance(row, bool):
            continue
        written = row if isinstance(row, dict) else {}
        errors = written.get("errors", ["States.ALL"])
        if isinstance(errors, list) and "States.ALL" in errors:
            of_all += 1
            if len(errors) > 1:
                yield (
                    (*path, "errors"),
                    "States.ALL must be the only error, because it means every error; remove the others",
                )
            elif of_all > 1:
                yield path, "a step can have only one retry for all errors; remove one, or list its errors"
        interval, most = _whole_seconds(written.get("interval", 1)), _whole_seconds(written.get("max_delay"))
        if interval and most and most <= interval:
            yield (*path, "max_delay"), f"must be longer than interval, which is {interval:,.0f} s"


def _whole_seconds(value: Any) -> float | None:
    """Return the seconds of a duration as it was read; None for a value that is not a duration."""
    return seconds_of(value) if isinstance(value, str) else value if isinstance(value, int) else None
