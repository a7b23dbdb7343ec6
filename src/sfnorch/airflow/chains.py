"""The DAG of a `master-child` plan: a task group for each child; the groups run in parallel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.airflow.dag import Dag, Node, OperatorTask, TaskChain, TaskGroup
from sfnorch.airflow.ending import assemble_dag, build_ending
from sfnorch.airflow.jinja import UnsupportedInAirflowError, escape_text
from sfnorch.airflow.literals import Literal, SourceCall
from sfnorch.airflow.operators import GLUE, GLUE_PARTS, HINT_FOR_JOBS, build_job_settings, build_retry_argument
from sfnorch.airflow.run_context import ReadableRun
from sfnorch.airflow.task_ids import RESERVED, USED_NAMES, UniqueNames
from sfnorch.errors import SfnorchError
from sfnorch.plan.item_chains import is_fan_out

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyChain, ChainsPlan


def build_chains_dag(plan: ChainsPlan) -> Dag:
    """Return the DAG: each child's jobs in sequence, all children in parallel, a notification at the end.

    Raises SfnorchError for a child that is a fan-out, and for arguments that Airflow does not support.
    """
    chains = [child for child in plan.children if not is_fan_out(child)]
    if fan_outs := [child.name for child in plan.children if is_fan_out(child)]:
        raise SfnorchError(
            f"children: {', '.join(fan_outs)} can't be exported: a child with items is not a chain of tasks",
            hint="put the items into a separate plan, and export the other children",
        )
    variables, groups = UniqueNames(USED_NAMES), UniqueNames(RESERVED)
    body: list[Node] = []
    faults: list[str] = []
    params: dict[str, Literal] = {}
    for child in chains:
        run = ReadableRun(plan, {"child": child.name})
        group = _build_child_group(child, groups.reserve_id(child.name), variables, run, faults)
        params[f"{group.group_id}_jobs"] = _build_jobs_param(child)
        body.append(group)
    if faults:
        raise SfnorchError("\n".join(faults), hint=HINT_FOR_JOBS)
    made = [node for node in body if isinstance(node, TaskGroup)]
    end = build_ending(
        plan,
        parts=[group.group_id for group in made],
        what="child workflows",
        fails=plan.on_child_failure == "fail",
        notify=plan.notify,
        after=[group.variable for group in made],
    )
    return assemble_dag(
        plan,
        end,
        title="chains of Glue jobs in parallel",
        params=params,
        parts=(*GLUE_PARTS, "child_job"),
        imports=(GLUE,),
        body=body,
    )


def _build_child_group(
    child: AnyChain, group_id: str, variables: UniqueNames, run: ReadableRun, faults: list[str]
) -> TaskGroup:
    """Return the group of the child's jobs; add what can't be exported to the faults."""
    own, ids = variables.reserve_variable(child.name), UniqueNames()
    tasks = []
    for job in child.jobs:
        task_id = ids.reserve_id(job.name)
        name = escape_text(job.name)
        named: dict[str, Literal] = {"named": job.name} if name != job.name else {}
        try:
            settings = {**named, **build_retry_argument(job), **build_job_settings(job, run)}
        except UnsupportedInAirflowError as fault:
            faults.append(f"children: {child.name}: {job.name}: Airflow does not support {fault}")
            continue
        call = SourceCall(function="child_job", arguments=(group_id, task_id, name), keywords=settings)
        tasks.append(OperatorTask(variable=variables.reserve_variable(task_id), task_id=task_id, call=call))
    order = [task.variable for task in tasks]
    chain = (TaskChain((order[0],), tuple(order[1:])),) if len(order) > 1 else ()
    return TaskGroup(variable=own, group_id=group_id, body=(*tasks, *chain))


def _build_jobs_param(child: AnyChain) -> SourceCall:
    """Return the param that selects which of the child's jobs run; its default is all of them."""
    names = list(dict.fromkeys(job.name for job in child.jobs))
    return SourceCall(
        function="Param",
        arguments=(None,),
        keywords={
            "type": ["null", "array"],
            "items": {"enum": names},
            "description": f"The jobs of {child.name} that run; default: all.",
        },
    )
