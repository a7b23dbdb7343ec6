"""The tasks of a machine with the dag pattern: what each task runs, and the tasks that it depends on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from sfnorch.json_values import find_value, read_mapping
from sfnorch.protocol.dag import TaskState, TaskVariable
from sfnorch.template.contents import Template

_ARN = re.compile(r"arn:.*:(function|stateMachine):")
_NAMES = ("JobName", "FunctionName", "StateMachineArn")


class PlannedTask(NamedTuple):
    """A task: the job, function or machine that it runs, and the tasks that it depends on."""

    name: str
    runs: str
    needs: tuple[str, ...]


def list_planned_tasks(template: Template) -> tuple[PlannedTask, ...]:
    """Return the tasks of the template, in the order of the plan; empty if it has no machine of tasks."""
    return tuple(_list_planned_tasks(template))


def _list_planned_tasks(template: Template) -> Iterator[PlannedTask]:
    for machine in template.machines:
        scope = machine.states
        state = scope.states.get(TaskState.RESOLVE_TASK) if scope else None
        listed = find_value(state.body, "Assign", TaskVariable.TASKS) if state else None
        for name, task in read_mapping(listed).items():
            match task:
                case {"needs": list(needs), "arguments": dict(arguments)}:
                    runs = next((str(arguments[key]) for key in _NAMES if key in arguments), "")
                    yield PlannedTask(name=name, runs=_ARN.sub("", runs), needs=tuple(map(str, needs)))
