"""A DAG's run from its beginning to its end, by Airflow's own `dag.test()`."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import airflow

THREE = not airflow.__version__.startswith("2.")


@dataclass(frozen=True)
class Ended:
    """How a run ended: its state, and its tasks' states."""

    state: str
    tasks: dict[str, str]


def loaded(file: Path) -> Any:
    """The DAG of a file."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.WAITS = [0] * 7
    return module.dag


def ended(dag: Any, conf: Mapping[str, Any] | None = None, at: datetime | None = None) -> Ended:
    """The DAG's run at this logical date, in which nothing is waited for."""
    for task in dag.tasks:
        if type(task).__name__ in ("GlueJob", "ItemJob"):
            # other operators make a time limit of these
            for name in ("waiter_delay", "job_poll_interval"):
                if hasattr(task, name):
                    setattr(task, name, 0)
        if type(task).__name__ == "DateTimeSensorAsync":
            task.target_time = "2024-01-01T00:00:00+00:00"
        task.retry_delay = timedelta(0)
    if not THREE:
        _fail_tasks_whose_triggers_fail()
        _render_tasks_once(dag)
    logging.disable(logging.ERROR)
    when = {} if at is None else {"logical_date" if THREE else "execution_date": at}
    run = dag.test(run_conf=dict(conf or {}), **when)
    return Ended(_text(run.state), {_name(task): _text(task.state) for task in run.get_task_instances()})


def _name(task: Any) -> str:
    """The id of a task; for a mapped one with the index of its item."""
    return task.task_id if task.map_index < 0 else f"{task.task_id}[{task.map_index}]"


def _render_tasks_once(dag: Any) -> None:
    """Airflow 2's dag.test() resumes a task in the process that has rendered it, and renders it again."""
    from airflow.providers.amazon.aws.operators.glue import GlueJobOperator

    render, rendered = GlueJobOperator.render_template_fields, set()

    def once(task: Any, *given: Any, **named: Any) -> None:
        ti = given[0]["ti"]
        key = (task.task_id, ti.map_index, ti.try_number)
        if key not in rendered:
            rendered.add(key)
            render(task, *given, **named)

    for task in dag.tasks:
        if isinstance(task, GlueJobOperator):
            # a class of its own, since the task is copied for a run
            task.__class__ = type("GlueJob", (type(task),), {"render_template_fields": once})


def _text(state: Any) -> str:
    return str(getattr(state, "value", state))


def _fail_tasks_whose_triggers_fail() -> None:
    """Airflow 2's dag.test() would run a task again and again whose trigger raises; its scheduler fails the task."""
    from airflow.models import dag as module
    from airflow.triggers.base import TriggerEvent

    inline = module._run_inline_trigger
    if inline.__name__ == "run":
        return

    def run(*given: Any, **named: Any) -> Any:
        try:
            return inline(*given, **named)
        except Exception as error:
            return TriggerEvent({"status": "error", "message": str(error)})

    module._run_inline_trigger = run
