"""A wait in an exported DAG."""

from __future__ import annotations

from sfnorch.airflow.jinja import UnsupportedInAirflowError
from sfnorch.airflow.kinds.part import ExportedStep, StepExport
from sfnorch.airflow.literals import Literal, SourceCall


def _make_call(exported: ExportedStep) -> SourceCall:
    """Return a sensor that waits until then. Its target is rendered once, when it starts."""
    seconds = exported.step.wait
    if not isinstance(seconds, int):
        raise UnsupportedInAirflowError("wait for a duration that is computed during the run")
    now = f"macros.datetime.now(macros.dateutil.tz.UTC) + macros.timedelta(seconds={seconds})"
    keywords: dict[str, Literal] = {"task_id": exported.task_id, "target_time": f"{{{{ ({now}).isoformat() }}}}"}
    return SourceCall(function="DateTimeSensorAsync", keywords=keywords)


STEP = StepExport(imports="", make_call=_make_call)
