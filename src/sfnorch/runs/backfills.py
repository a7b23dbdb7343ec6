"""A backfill: what the runs of its dates have in common, the key in their names, and the input of its state machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sfnorch.errors import RequestError
from sfnorch.json_values import Json, read_string
from sfnorch.protocol.backfill import BackfillInput
from sfnorch.runs.parameters import find_unknown, list_declared

_KEY_LENGTH = 8
_DATE_TYPES = ("date", "string", "timestamp")
"""The types of parameters that can have a date as their value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillSettings:
    """What the runs of all dates have in common, and how many run concurrently."""

    param: str = ""
    """The parameter that gets the date; empty if only the date of the run is set."""
    params: Mapping[str, Json] = field(default_factory=dict)
    """The values of other parameters."""
    execution_input: Mapping[str, object] = field(default_factory=dict)
    """The other keys of the input of the main state machine."""
    parallel: int = 1
    stop_on_failure: bool = False

    def compute_key(self, machine_arn: str) -> str:
        """Return the key in the names of runs of this state machine: equal for what makes runs of a date equal."""
        same = [machine_arn, self.param, dict(self.params), dict(self.execution_input)]
        text = json.dumps(same, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_KEY_LENGTH]

    def make_input(self, dates: Sequence[str], key: str, attempts: Mapping[str, int], command: str) -> BackfillInput:
        """Return the input of a backfill of the dates; `attempts` has the number of the next attempt of some dates."""
        made: BackfillInput = {
            "dates": list(dates),
            "key": key,
            "params": dict(self.params),
            "input": dict(self.execution_input),
            "parallel": self.parallel,
            "stopOnFailure": self.stop_on_failure,
            "command": command,
        }
        if self.param:
            made["param"] = self.param
        if again := {date: attempt for date, attempt in attempts.items() if attempt > 1 and date in set(dates)}:
            made["attempts"] = again
        return made


def choose_date_parameter(
    title: str, definition: Mapping[str, Json], wanted: str | None, fixed: Mapping[str, Json]
) -> str:
    """Return the parameter that gets the date: the wanted one, or the only one of type date that has no fixed value.

    An empty text if the state machine `title` has none. Raises RequestError for parameters that do not exist, that
    cannot be a date, or if several could get it.
    """
    declared = {read_string(each.get("name")): read_string(each.get("type")) for each in list_declared(definition)}
    names = dict.fromkeys([*fixed, *([wanted] if wanted else [])])
    if names and (unknown := list(find_unknown(title, definition, dict.fromkeys(names)))):
        raise RequestError(f": {'; '.join(unknown)}", field="param")
    if wanted:
        if wanted in fixed:
            raise RequestError(f": {wanted} cannot get both the date and a fixed value", field="param")
        if declared[wanted] not in _DATE_TYPES:
            raise RequestError(f": {wanted} is of type {declared[wanted]}, and cannot be a date", field="param")
        return wanted
    dates = [name for name, kind in declared.items() if kind == "date" and name not in fixed]
    if len(dates) > 1:
        raise RequestError(f": several parameters are dates ({', '.join(dates)}); pass one of them", field="param")
    return dates[0] if dates else ""
