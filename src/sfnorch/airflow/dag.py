"""A DAG as data, before its source: tasks and groups, what they follow, and the parts of code that they take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sfnorch.airflow.literals import Call, Literal
from sfnorch.airflow.schedules import Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task: the variable that holds it, and the call that makes it."""

    variable: str
    task_id: str
    call: Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A task group: the variable that holds it, its id, and what stands in it."""

    variable: str
    group_id: str
    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """Variables that follow each other, `a >> b >> c`; the first may be several."""

    first: tuple[str, ...]
    then: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Lines of the file as they are."""

    lines: tuple[str, ...]


Node: TypeAlias = Task | Group | Chain | Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Dag:
    """The whole DAG: its settings, its constants, the parts of code that it takes, and its tasks in order."""

    dag_id: str
    title: str
    timing: Timing
    params: Mapping[str, Literal]
    tags: tuple[str, ...]
    constants: Mapping[str, Literal]
    parts: tuple[str, ...]
    imports: tuple[str, ...]
    body: tuple[Node, ...]
    variables: Mapping[str, str]
    """The Airflow variables that it reads, and what each is."""
