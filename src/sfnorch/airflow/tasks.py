"""The DAG of a `dag` plan: each task waits for the tasks that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.airflow.dag import Dag, Node, OperatorTask, TaskChain
from sfnorch.airflow.ending import assemble_dag, build_ending
from sfnorch.airflow.jinja import UnsupportedInAirflowError
from sfnorch.airflow.kinds.registry import TASK_EXPORTS
from sfnorch.airflow.operators import GLUE_PARTS
from sfnorch.airflow.run_context import ReadableRun
from sfnorch.airflow.task_ids import RESERVED, USED_NAMES, UniqueNames
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from sfnorch.plan.models.dag import DagPlan


def build_tasks_dag(plan: DagPlan) -> Dag:
    """Return the DAG: each task starts when all tasks that it needs have succeeded.

    Raises SfnorchError that lists each task that can't be exported, and why.
    """
    ids, names = UniqueNames(RESERVED), UniqueNames(USED_NAMES)
    made = {task.name: (ids.reserve_id(task.name), names.reserve_variable(task.name)) for task in plan.tasks}
    body: list[Node] = []
    faults: list[str] = []
    for task, (task_id, variable) in zip(plan.tasks, made.values(), strict=True):
        try:
            call = TASK_EXPORTS[task.kind].make_call(task, task_id, ReadableRun(plan, {"task": task.name}))
            body.append(OperatorTask(variable=variable, task_id=task_id, call=call))
        except UnsupportedInAirflowError as fault:
            faults.append(f"tasks: {task.name}: Airflow does not support {fault}")
    if faults:
        hint = "move these tasks into a state machine, and start it from the DAG with a task state_machine"
        raise SfnorchError("\n".join(faults), hint=hint)
    body += [
        TaskChain(tuple(made[need][1] for need in task.needs), (made[task.name][1],))
        for task in plan.tasks
        if task.needs
    ]
    end = build_ending(
        plan,
        parts=[task_id for task_id, _ in made.values()],
        what="tasks",
        fails=plan.on_task_failure == "fail",
        notify=plan.notify,
        after=[variable for _, variable in made.values()],
    )
    kinds = {task.kind for task in plan.tasks}
    variables: dict[str, str] = {}
    for kind, export in TASK_EXPORTS.items():
        if own := [task for task in plan.tasks if task.kind == kind]:
            variables |= export.list_variables(own)
    return assemble_dag(
        plan,
        end,
        title="tasks that wait for the tasks that they need",
        parts=GLUE_PARTS if "glue_job" in kinds else (),
        imports=[TASK_EXPORTS[kind].imports for kind in kinds],
        body=body,
        variables=variables,
    )
