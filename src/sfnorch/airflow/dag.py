"""A DAG as data: tasks and groups, their order, and the parts of code that they need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sfnorch.airflow.literals import Literal, SourceCall
from sfnorch.airflow.schedules import AirflowSchedule


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorTask:
    """A task: its variable, and the call that creates it."""

    variable: str
    task_id: str
    call: SourceCall


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskGroup:
    """A task group: its variable, its id, and its content."""

    variable: str
    group_id: str
    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedGroup:
    """A task group for each element of the list that the task `source` returns: mappings of the arguments.

    `variable` is the function that makes the group, `mapped` the variable of all groups.
    """

    variable: str
    mapped: str
    group_id: str
    arguments: tuple[str, ...]
    source: str
    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class TaskChain:
    """Variables in sequence, `a >> b >> c`; the first element can be several variables."""

    first: tuple[str, ...]
    then: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceLines:
    """Lines of the file, written unchanged."""

    lines: tuple[str, ...]


Node: TypeAlias = OperatorTask | TaskGroup | MappedGroup | TaskChain | SourceLines


@dataclass(frozen=True, slots=True, kw_only=True)
class Dag:
    """A DAG: its settings, its constants, the parts of code that it needs, and its tasks in order."""

    dag_id: str
    title: str
    timing: AirflowSchedule
    params: Mapping[str, Literal]
    tags: tuple[str, ...]
    constants: Mapping[str, Literal]
    parts: tuple[str, ...]
    imports: tuple[str, ...]
    body: tuple[Node, ...]
    variables: Mapping[str, str]
    """The Airflow variables that it reads, each with its meaning."""
    macros: tuple[str, ...] = ()
    """The functions of the file that its templates call."""
    settings: Mapping[str, Literal] = field(default_factory=dict)
    """Further arguments of the DAG."""
