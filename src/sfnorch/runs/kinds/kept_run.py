"""What a resumed run keeps of the run before: its parameters, its ID and its date."""

from __future__ import annotations

from sfnorch.json_values import Json, read_mapping
from sfnorch.protocol.run_context import RunContextInput, RunDescription, RunVariable
from sfnorch.runs.record import Record


def keep_run(record: Record) -> RunContextInput:
    """Return the keys of a main state machine's input for the next attempt of a run; none if it has no parameters."""
    run = _read_run(record)
    if not run:
        return {}
    described: RunDescription = {"attempt": _count_attempt(run)}
    match run:
        case {"id": str() as run_id, "scheduledAt": str() as time, "date": str() as date}:
            described = {"id": run_id, "scheduledAt": time, "date": date, **described}
    return {"params": read_mapping(record.variables.get(RunVariable.PARAMS)), "run": described}


def keep_passed_run(record: Record) -> dict[str, Json]:
    """Return the keys of the input of a child for the next attempt of a run, which it gets from its master."""
    run = _read_run(record)
    if not run:
        return {}
    params = read_mapping(record.variables.get(RunVariable.PARAMS))
    return {RunVariable.PARAMS: params, RunVariable.RUN: {**run, "attempt": _count_attempt(run)}}


def _read_run(record: Record) -> dict[str, Json]:
    """Return the variable `run`; an empty mapping if the parameters of the run have not been resolved."""
    if RunVariable.PARAMS not in record.variables:
        return {}
    return read_mapping(record.variables.get(RunVariable.RUN))


def _count_attempt(run: dict[str, Json]) -> int:
    match run.get("attempt"):
        case int() as before:
            return before + 1
    return 2
