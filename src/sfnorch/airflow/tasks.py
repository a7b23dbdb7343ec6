"""The DAG of a `dag` plan: each task waits for the tasks that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.airflow import operators
from sfnorch.airflow.dag import Chain, Dag, Node, OperatorTask
from sfnorch.airflow.ending import ending, with_ending
from sfnorch.airflow.jinja import document, escaped, into
from sfnorch.airflow.literals import SourceCall
from sfnorch.airflow.task_ids import IN_USE, RESERVED, UniqueNames

if TYPE_CHECKING:
    from sfnorch.plan.models.dag import DagPlan, DagTask

_IMPORTS = {"glue_job": operators.GLUE, "lambda": operators.LAMBDA, "state_machine": operators.MACHINE}


def tasks_dag(plan: DagPlan) -> Dag:
    """Return the DAG: each task starts when all tasks that it needs have succeeded."""
    ids, variables = UniqueNames(RESERVED), UniqueNames(IN_USE)
    made = {task.name: (ids.id(task.name), variables.variable(task.name)) for task in plan.tasks}
    body: list[Node] = [
        OperatorTask(variable=variable, task_id=task_id, call=_call(task, task_id))
        for task, (task_id, variable) in zip(plan.tasks, made.values(), strict=True)
    ]
    body += [
        Chain(tuple(made[need][1] for need in task.needs), (made[task.name][1],)) for task in plan.tasks if task.needs
    ]
    end = ending(
        plan,
        parts=[task_id for task_id, _ in made.values()],
        what="tasks",
        fails=plan.on_task_failure == "fail",
        notify=plan.notify,
        after=[variable for _, variable in made.values()],
    )
    elsewhere = [task.state_machine for task in plan.tasks if task.state_machine]
    kinds = {task.kind for task in plan.tasks}
    return with_ending(
        plan,
        end,
        title="tasks that wait for the tasks that they need",
        schedule=plan.schedule,
        parts=("glue_job",) if "glue_job" in kinds else (),
        imports=[_IMPORTS[kind] for kind in kinds],
        body=body,
        variables=operators.where_machines_are(elsewhere),
    )


def _call(task: DagTask, task_id: str) -> SourceCall:
    if task.glue_job:
        settings = {**operators.again(task), **operators.job_settings(task)}
        return SourceCall(function="glue_job", arguments=(task_id, escaped(task.glue_job)), keywords=settings)
    again = operators.retry_settings(task.retries, 30, 1) if task.retries else {}
    given = document(task.input or {}, into)
    if task.function:
        return operators.invoke(task_id, task.function, given, **again)
    return operators.start_machine(task_id, task.state_machine or "", given, again)
