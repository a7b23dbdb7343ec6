"""What must hold between the steps of a flow: names, what each is a step of, functions that are there.

It works on the data as it was read, so that all of it is told together; expressions are `flow_expressions`' affair.
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
from sfnorch.sql import sql_parameters

KINDS = (
    *("glue_job", "lambda", "state_machine", "redshift_sql", "s3_object", "notify", "wait"),
    *("parallel", "for_each"),
)
"""What a step may be one of."""

CONTROL_STATES = (
    *("ResolveInput", "CheckInput", "MakeOutcome", "ClearAlarm", "NotifySuccess", "Done"),
    *("RaiseAlarm", "NotifyFailure", "FlowFailed", "InvalidInput"),
)
"""The names of the states that are no step's."""

MAX_STATEMENT_SECONDS = 86_400
"""How long a statement may take at most. https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html"""

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
"""Which kinds of steps take a key that not all of them take."""


def flow_faults(data: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Each inconsistency of a flow's data: the path to the key at fault, and what is wrong with it."""
    steps = list(placed_steps(data))
    if len(steps) > MAX_STEPS:
        yield ("steps",), f"at most {MAX_STEPS} steps are taken, those within others included; there are {len(steps)}"
    named = [((*step.path, "name"), step.data.get("name")) for step in steps]
    yield from repeated(named, "{name!r} is the name of {first} already")
    for path, name in named:
        if name in CONTROL_STATES:
            yield path, f"{name!r} is the name of a state of the flow's own"
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
            yield (*step.path, key), f"a {kind} takes no {key}: it is for {', '.join(takers)}"
    if kind == "wait" and "on_error" in step.data and not is_expression(step.data["wait"]):
        yield (*step.path, "on_error"), "a wait of a fixed length can't fail"
    name = step.data.get("lambda")
    if isinstance(name, str) and name not in functions and not name.startswith("arn:"):
        for near in difflib.get_close_matches(name, functions, n=1, cutoff=0.8):
            message = f"there is no function {name!r}; did you mean {near}? For one of elsewhere write its ARN"
            yield (*step.path, "lambda"), message
    for check in (_redshift, _s3_object, _retries, failure_faults):
        yield from check(step)


def _redshift(step: Placed) -> Iterator[tuple[Path, str]]:
    given = step.data.get("redshift_sql")
    if not isinstance(given, dict):
        return
    path: Path = (*step.path, "redshift_sql")
    if (given.get("cluster") is None) == (given.get("workgroup") is None):
        yield path, "a statement runs in a cluster or in a workgroup: name one of them"
    if given.get("secret_arn") is not None and given.get("db_user") is not None:
        yield (*path, "db_user"), "db_user signs in without the secret that secret_arn names: write one of them"
    if given.get("workgroup") is not None and given.get("db_user") is not None:
        yield (*path, "db_user"), "db_user is for clusters; a workgroup takes a secret_arn, or the role itself"
    seconds = _whole_seconds(step.data.get("timeout"))
    if seconds and seconds > MAX_STATEMENT_SECONDS:
        yield (*step.path, "timeout"), "Redshift's Data API takes statements of at most 24 hours"
    if isinstance(given.get("sql"), str):
        yield from _sql(given["sql"], part(Placed(data=given, path=path), "parameters"), path)


def _sql(sql: str, values: dict[str, Any], path: Path) -> Iterator[tuple[Path, str]]:
    """Yield what is wrong with a statement and its parameters: each has a value, and each value a place.

    Redshift's Data API refuses values that the statement does not use ("Parameters list contains unused parameters");
    a parameter without a value reaches Redshift as it is, a syntax error. Both as reported:
    https://github.com/aws-samples/getting-started-with-amazon-redshift-data-api/issues/4
    https://github.com/aws/aws-sdk-pandas/issues/3024
    """
    if "{%" in sql or "%}" in sql:
        yield (*path, "sql"), "an expression in SQL is not taken: write :name there, and the value under parameters"
    elif fault := code_fault(sql):
        yield (*path, "sql"), f"{fault}: write :name there, and the value under parameters"
    used = sql_parameters(sql)
    for name, line in used.items():
        if name not in values:
            where = f" (line {line} of the statement)" if "\n" in sql.strip() else ""
            yield (*path, "sql"), f"the parameter :{name} has no value{where}; write {name} under parameters"
    for name, value in values.items():
        at: Path = (*path, "parameters", name)
        if name not in used and re.search(rf":{re.escape(name)}\b", sql):
            yield at, f"the statement has :{name} in quotes or a comment only, where no value is filled in"
        elif name not in used:
            yield at, f"the statement has no :{name}; remove the parameter, or use it"
        if value == "":
            yield at, "Redshift's Data API takes no empty value"


def _s3_object(step: Placed) -> Iterator[tuple[Path, str]]:
    given = step.data.get("s3_object")
    if isinstance(given, dict) and "key" not in given and step.repeats:
        yield (*step.path, "s3_object"), "the key is missing: within for_each each item would overwrite the one before"


def _retries(step: Placed) -> Iterator[tuple[Path, str]]:
    """Yield what Step Functions refuses of retriers; where one of all errors stands among them, it is put behind the others.

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
                yield (*path, "errors"), "States.ALL stands alone: it means every error"
            elif of_all > 1:
                yield path, "a retry of every error stands here a second time: there can be but one"
        interval, most = _whole_seconds(written.get("interval", 1)), _whole_seconds(written.get("max_delay"))
        if interval and most and most <= interval:
            yield (*path, "max_delay"), f"it must be more than the interval, which is {interval:,.0f} s"


def _whole_seconds(value: Any) -> float | None:
    """Return the seconds of a duration as it was read; None for what is none."""
    return seconds_of(value) if isinstance(value, str) else value if isinstance(value, int) else None
