"""The master of `dag`, and the executions that are the tasks of its run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json, find_value, read_string
from sfnorch.protocol.dag import MARK, DagInput, DagState, DagVariable, find_task_name, name_task_execution
from sfnorch.protocol.mark import read_assigned_names
from sfnorch.runs.kinds.kept_run import keep_run
from sfnorch.runs.kinds.kind import NEW_RUN, MachineKind, Resumption, list_names_in, refuse_running
from sfnorch.runs.node import Node
from sfnorch.runs.record import Record


class TasksKind(MachineKind):
    """A master, which starts or joins every task."""

    mark = MARK
    work = "tasks"

    def list_parts(self, definition: Mapping[str, Json]) -> tuple[str, ...]:
        """Return the names of the tasks, in the order of the plan."""
        return read_assigned_names(definition, DagState.RESOLVE_TASKS, DagVariable.TASKS)

    def list_parts_of_run(self, record: Record) -> tuple[str, ...]:
        """Return the names of the tasks that an execution had, in the order of the plan."""
        return tuple(list_names_in(record.variables.get(DagVariable.TASKS)))

    def resume(self, root: Node, parts: Sequence[str]) -> Resumption:
        """Return how a run of tasks is resumed: tasks that succeeded and still exist are skipped, all others run."""
        refuse_running(*root.list_nodes())
        done = set(list_names_in(root.record.variables.get(DagVariable.DONE)))
        for node in root.list_nodes():
            told = node.record.output
            if node.record.status == "SUCCEEDED" and find_value(told, "status") == "SUCCEEDED":
                done.add(read_string(find_value(told, "task")))
        left = [name for name in parts if name not in done]
        if not left:
            raise SfnorchError("Nothing failed", hint=NEW_RUN)
        given: DagInput = {"done": [name for name in parts if name in done]}
        return Resumption(
            input={**given, **keep_run(root.record)},
            jobs={name: [] for name in left},
            skipped=given["done"],
            as_planned="runs when the tasks that it needs are done",
        )


TASKS = TasksKind()


def find_task(node: Node, roots: Sequence[Node]) -> str:
    """Return the task that an execution is; an empty text for other executions. `roots` start the run.

    An execution whose history is deleted has no input; its master knows the names of the executions of its tasks.
    """
    if task := find_task_name(node.name, node.record.input):
        return task
    masters = (root for root in roots if root is not node and root.record.reading is TASKS)
    names = ((root, task) for root in masters for task in TASKS.list_parts_of_run(root.record))
    return next((task for root, task in names if node.name == name_task_execution(task, root.arn)), "")
