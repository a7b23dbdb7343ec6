"""The run and its parameters in an exported DAG: the params of the DAG, and what expressions read of them.

A parameter of the plan is a param of the DAG. The functions in `parts/run_context.py` are macros of its templates: they
resolve the date of the run and words such as `yesterday`, in the time zone of the plan.
https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/params.html
https://airflow.apache.org/docs/apache-airflow/stable/templates-ref.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sfnorch.airflow.jinja import (
    UnsupportedInAirflowError,
    ValuePath,
    VariableLookup,
    append_path,
    format_literal,
    render_jinja_text,
)
from sfnorch.airflow.literals import Literal, SourceCall
from sfnorch.errors import SfnorchError
from sfnorch.expressions import parse_code
from sfnorch.json_values import write_as_text
from sfnorch.patterns.job_arguments import list_run_arguments
from sfnorch.plan.run_context import find_time_zone
from sfnorch.protocol.run_context import DATE_WORDS, PARAMS, RUN, TIME_WORDS, RunVariable

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan
    from sfnorch.plan.models.parameters import ParameterValue, RunParameter

MACROS = ("plan_run", "plan_params", "plan_input")
"""The functions of the DAG's file that templates call."""

_RUN_KEYS = ("id", "name", "startedAt", "scheduledAt", "date")
_DAY = r"^\d{4}-\d{2}-\d{2}$"
_MOMENT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[-+]\d{2}:\d{2})$"


@dataclass(frozen=True, slots=True)
class ReadableRun:
    """What the expressions of a plan read of a run; `names` are the variables of a place in it, such as `child`."""

    plan: AnyPlan
    names: Mapping[str, str] = field(default_factory=dict)

    def find_source(self, name: str, way: ValuePath) -> str:
        """Return the Jinja expression of a path into a variable. Raises UnsupportedInAirflowError if it has none."""
        match name:
            case RunVariable.ENVIRONMENT if not way:
                return 'params["environment"]'
            case _ if name == PARAMS:
                return append_path("plan_params(dag_run, params)", way)
            case _ if name == RUN and way and way[0] in _RUN_KEYS:
                return append_path("plan_run(dag_run)", way)
            case _ if name in self.names and not way:
                return format_literal(self.names[name])
        raise UnsupportedInAirflowError(".".join((f"${name}", *map(str, way))))

    def render_arguments(
        self, arguments: Mapping[str, str], source: VariableLookup | None = None
    ) -> dict[str, Literal]:
        """Return the arguments of a job run as Jinja texts, with the ID of the run if the plan names an argument.

        Raises UnsupportedInAirflowError for expressions that Airflow's templates can't express.
        """
        every = {**list_run_arguments(self.plan), **arguments}
        for name, value in every.items():
            self._refuse_missing(name, value)
        return {name: render_jinja_text(value, source or self.find_source) for name, value in every.items()}

    def _refuse_missing(self, name: str, value: str) -> None:
        """Raise UnsupportedInAirflowError for an argument that a state machine leaves out if a parameter is null."""
        code = (parse_code(value) or "").strip()
        for parameter, given in self.plan.parameters.items():
            if code == f"${PARAMS}.{parameter}" and given.default is None and not given.is_required:
                raise UnsupportedInAirflowError(f"{name} without a value: give the parameter {parameter} a default")


def build_run_params(plan: AnyPlan, taken: Mapping[str, Literal]) -> dict[str, Literal]:
    """Return a param for each parameter of the plan; `taken` are the other params of the DAG.

    Raises SfnorchError with all parameters that can't be params.
    """
    faults = [
        f"parameters: {name}: the DAG has another param of this name; choose another name"
        for name in plan.parameters
        if name in taken
    ]
    if plan.pattern != "dynamic" and (plan.schedule or plan.starts):
        faults += [
            f"parameters: {name}: a DAG with a schedule requires a default for each param; add a default"
            for name, given in plan.parameters.items()
            if given.is_required
        ]
    if faults:
        raise SfnorchError("\n".join(faults))
    return {name: _build_param(given) for name, given in plan.parameters.items()}


def build_run_constants(plan: AnyPlan, start_params: Mapping[str, ParameterValue]) -> dict[str, Literal]:
    """Return the constants that the macros read; `start_params` are the parameters of scheduled runs."""
    return {
        "TIME_ZONE": find_time_zone(plan),
        "PARAMETERS": {name: given.type for name, given in plan.parameters.items()},
        "START_PARAMS": {name: _convert(plan.parameters[name], value) for name, value in start_params.items()},
    }


def _build_param(given: RunParameter) -> SourceCall:
    schema = _build_schema(given)
    if given.default is None and not given.is_required:
        schema |= {"type": ["null", schema["type"]]} if "type" in schema else {"enum": [None, *given.values]}
    if given.description:
        schema["description"] = given.description
    default: tuple[Literal, ...] = () if given.is_required else (_convert(given, given.default),)
    return SourceCall(function="Param", arguments=default, keywords=schema)


def _build_schema(given: RunParameter) -> dict[str, Literal]:
    """Return the JSON Schema of the values that a state machine accepts too; text is not converted."""
    match given.type:
        case "enum":
            return {"enum": list(given.values)}
        case "date":
            words = {"enum": list(DATE_WORDS)}
            return {"type": "string", "anyOf": [words, {"pattern": _DAY, "format": "date"}]}
        case "timestamp":
            words = {"enum": list(TIME_WORDS)}
            return {"type": "string", "anyOf": [words, {"pattern": _MOMENT, "format": "date-time"}]}
        case "string" if given.pattern is not None:
            return {"type": "string", "pattern": f"^(?:{given.pattern})$(?!\\n)"}
    return {"type": given.type}


def _convert(given: RunParameter, value: Any) -> Literal:
    """Return the value as the type of the parameter: a plan can have numbers and booleans as text."""
    found: Literal = value
    match given.type, value:
        case "integer", str():
            found = int(value)
        case "boolean", str():
            found = value == "true"
        case "enum", _:
            found = next((each for each in given.values if write_as_text(each) == write_as_text(value)), None)
    return found
