"""A DAG's file run without Airflow: its operators write down how they are called, and what follows what."""

from __future__ import annotations

import builtins
import inspect
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any


def reformatted(texts: list[str]) -> list[str]:
    """The texts that `ruff format` would change."""
    from ruff.__main__ import find_ruff_bin

    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.py" for number, _ in enumerate(texts)]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text, encoding="utf-8")
        subprocess.run([find_ruff_bin(), "format", "--isolated", "--no-cache", "--quiet", folder], check=True)
        return [text for file, text in zip(files, texts, strict=True) if file.read_text(encoding="utf-8") != text]


STANDARD = {"inspect", "csv", "io", "json", "time", "datetime", "hashlib", "urllib.parse", "zoneinfo"}


@dataclass
class DagFile:
    """What a DAG's file makes: the DAG's settings, its tasks by id with what they are made with, its edges."""

    settings: dict[str, Any] = field(default_factory=dict)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    edges: set[tuple[str, str]] = field(default_factory=set)
    groups: list[str] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)


def run_file(text: str) -> DagFile:
    """What the file makes. Raises what it raises, and ImportError for a module that no DAG of ours takes."""
    made = DagFile()
    namespace = {"__builtins__": {**vars(builtins), "__import__": _importer(made)}, "__name__": "dag"}
    exec(compile(text, "dag.py", "exec"), namespace)  # noqa: S102 - it is ours
    made.names = namespace
    return made


def _importer(made: DagFile) -> Any:
    def load(name: str, *_: Any) -> Any:
        if name in STANDARD:
            return sys.modules[name]
        if name != "pendulum" and not name.startswith(("airflow.", "botocore.", "jinja2")):
            raise ImportError(name)
        return _Module(made)

    return load


class _Module:
    """A module of Airflow's, which has whatever is asked for."""

    def __init__(self, made: DagFile) -> None:
        self.made = made

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name == "task_group":
            return _MappedGroups(self.made)
        if name.endswith(("Exception", "Error")):
            return type(name, (Exception,), {})
        kinds = {"DAG": _Dag, "TaskGroup": _Group}
        kind = kinds.get(name, _Task if name.endswith(("Operator", "SensorAsync")) else _Value)
        return type(name, (kind,), {"made": self.made})


class _Value:
    """What is neither a task nor a group: a param, a timetable, a hook."""

    made: DagFile

    def __init__(self, *given: Any, **named: Any) -> None:
        self.given, self.named = given, named


class _Node(_Value):
    """What others follow."""

    node_id: str

    def __rshift__(self, other: _Node) -> _Node:
        self.made.edges.add((self.node_id, other.node_id))
        return other

    def __rrshift__(self, others: list[_Node]) -> _Node:
        self.set_upstream(others)
        return self

    def set_upstream(self, others: list[_Node]) -> None:
        self.made.edges |= {(other.node_id, self.node_id) for other in others}


class _Task(_Node):
    template_fields = ()

    def __init__(self, **named: Any) -> None:
        self.node_id = ".".join((*self.made.groups, named["task_id"]))
        if self.node_id in self.made.tasks:
            raise ValueError(f"{self.node_id} is there already")
        self.made.tasks[self.node_id] = {**named, "operator": type(self).__name__}
        self.output = self.node_id


class _Group(_Node):
    def __init__(self, group_id: str) -> None:
        self.group_id = group_id
        self.node_id = ".".join((*self.made.groups, group_id))

    def __enter__(self) -> _Group:
        self.made.groups.append(self.group_id)
        return self

    def __exit__(self, *_: Any) -> None:
        self.made.groups.pop()


class _MappedGroups:
    """The decorator of a group for each element of a list, which is made once, with the names of its arguments."""

    def __init__(self, made: DagFile) -> None:
        self.made = made

    def __call__(self, group_id: str) -> Any:
        return lambda function: SimpleNamespace(expand_kwargs=lambda source: self._expand(group_id, function, source))

    def _expand(self, group_id: str, function: Any, source: str) -> _Group:
        group = type("TaskGroup", (_Group,), {"made": self.made})(group_id)
        with group:
            function(*inspect.signature(function).parameters)
        self.made.edges.add((source, group_id))
        return group


class _Dag(_Value):
    def __init__(self, **named: Any) -> None:
        self.made.settings = named

    def __enter__(self) -> _Dag:
        return self

    def __exit__(self, *_: Any) -> None:
        pass
