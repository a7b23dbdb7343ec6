"""The DAG of a `fan-out` plan: a mapped task group, which runs the chain of jobs for each item.

The task `items` returns the items with their names. Airflow does not limit the items that run at the same time, but the
active tasks of the DAG, of which each is a job run of another item.
https://airflow.apache.org/docs/apache-airflow/stable/authoring-and-scheduling/dynamic-task-mapping.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from sfnorch.airflow.dag import Dag, MappedGroup, OperatorTask, TaskChain
from sfnorch.airflow.ending import AGAIN, assemble_dag, build_ending
from sfnorch.airflow.item_source import ItemSource, convert_items
from sfnorch.airflow.jinja import UnsupportedInAirflowError, escape_text
from sfnorch.airflow.literals import Literal, SourceCall, SourceCode
from sfnorch.airflow.operators import GLUE, HINT_FOR_JOBS, build_job_settings, build_retry_argument, call_python
from sfnorch.airflow.readable_item import ReadableItem
from sfnorch.airflow.run_context import ReadableRun
from sfnorch.airflow.task_ids import ITEM_NAMES, USED_NAMES, UniqueNames
from sfnorch.errors import SfnorchError
from sfnorch.protocol.fan_out import MOST_REPORTED

if TYPE_CHECKING:
    from sfnorch.plan.models.fan_out import FanOutPlan

Made = TypeVar("Made")
_GROUP = "item"
_IMPORTS = ("from airflow.configuration import conf", "from jinja2 import ChainableUndefined")
_HINT = f"{HINT_FOR_JOBS}, and $item; in select also comparisons with a literal, and, or, $not and $exists"


def build_fan_out_dag(plan: FanOutPlan) -> Dag:
    """Return the DAG: the items, a mapped task group with the jobs of an item, a notification at the end.

    Raises SfnorchError with all that Airflow does not support.
    """
    item, faults = ReadableItem(ReadableRun(plan)), list(_list_faults(plan))
    source = _collect(faults, "items", lambda: convert_items(plan.items, item.run.find_source))
    name = _collect(faults, "item_name", lambda: item.convert_name(plan.item_name))
    selection = _collect(faults, "select", lambda: item.convert_selection(plan.select))
    tasks = list(_list_jobs(plan, item, faults))
    if faults or source is None or name is None or selection is None:
        raise SfnorchError("\n".join(faults), hint=_HINT)
    end = build_ending(
        plan,
        parts=None,
        what="items",
        fails=plan.on_item_failure == "fail",
        notify=plan.notify,
        after=["chains"],
        report=("job_runs", "item_outcomes"),
    )
    jobs = {f"{_GROUP}.{task.task_id}": job.name for task, job in zip(tasks, plan.jobs, strict=True)}
    return assemble_dag(
        plan,
        end,
        title="a chain of Glue jobs for every item of a list",
        params=source.params,
        constants={
            **source.constants,
            "NAMES_DIFFER": bool(plan.items.input),
            "CODE": {"item_name": name, "select": selection},
            "JOBS": jobs,
            "MOST_REPORTED": MOST_REPORTED,
        },
        parts=("glue_operator", "item_job", *source.parts, "items"),
        imports=(GLUE, *_IMPORTS, *source.imports),
        body=(_read_items(source), _map_jobs(tasks)),
        settings={"max_active_tasks": plan.max_concurrency},
    )


def _list_faults(plan: FanOutPlan) -> Iterator[str]:
    if plan.tolerated_failures != "100%":
        yield "tolerated_failures: Airflow does not support a limit of failures: all items run"
    if plan.items.input and (plan.schedule or plan.starts):
        yield "items: input: a DAG with a schedule requires a default for each param; use another source of items"


def _collect(faults: list[str], key: str, convert: Callable[[], Made]) -> Made | None:
    """Return what the function converts; add what can't be exported to the faults."""
    try:
        return convert()
    except UnsupportedInAirflowError as fault:
        faults.append(f"{key}: Airflow does not support {fault}")
        return None


def _read_items(source: ItemSource) -> OperatorTask:
    given: dict[str, Literal] = {"op_kwargs": source.arguments} if source.arguments else {}
    again: Mapping[str, Literal] = AGAIN if source.arguments else {}
    return OperatorTask(variable="items", task_id="items", call=call_python("items", "list_items", **given, **again))


def _list_jobs(plan: FanOutPlan, item: ReadableItem, faults: list[str]) -> Iterator[OperatorTask]:
    """Yield the tasks of the jobs; add what can't be exported to the faults."""
    ids, variables = UniqueNames(), UniqueNames(USED_NAMES | ITEM_NAMES)
    for job in plan.jobs:
        task_id = ids.reserve_id(job.name)
        try:
            settings = {**build_retry_argument(job), **build_job_settings(job, item.run, item.find_source)}
        except UnsupportedInAirflowError as fault:
            faults.append(f"jobs: {job.name}: Airflow does not support {fault}")
            continue
        arguments: tuple[Literal, ...] = (
            task_id,
            escape_text(job.name),
            *(SourceCode("item"), SourceCode("item_name")),
        )
        call = SourceCall(function="item_job", arguments=arguments, keywords=settings)
        yield OperatorTask(variable=variables.reserve_variable(task_id), task_id=task_id, call=call)


def _map_jobs(tasks: list[OperatorTask]) -> MappedGroup:
    order = [task.variable for task in tasks]
    sequence = (TaskChain((order[0],), tuple(order[1:])),) if len(order) > 1 else ()
    return MappedGroup(
        variable="chain",
        mapped="chains",
        group_id=_GROUP,
        arguments=("item", "item_name"),
        source="items",
        body=(*tasks, *sequence),
    )
