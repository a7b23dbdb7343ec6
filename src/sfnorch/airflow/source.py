"""Write a DAG as the text of its file, formatted as `ruff format` does."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from importlib.resources import files
from textwrap import wrap

from sfnorch.airflow.dag import Dag, MappedGroup, Node, OperatorTask, SourceLines, TaskChain, TaskGroup
from sfnorch.airflow.literals import MAX_LINE_LENGTH, Literal, SourceCall, SourceCode, format_source

_STEP = "    "
_SDK = ("DAG", "Param", "TaskGroup", "task_group")
_OLD = {
    "DAG": "from airflow import DAG",
    "Param": "from airflow.models.param import Param",
    "TaskGroup": "from airflow.utils.task_group import TaskGroup",
    "task_group": "from airflow.decorators import task_group",
}
_STANDARD = {
    "DateTimeSensorAsync": ("sensors.date_time", "airflow.sensors.date_time"),
    "PythonOperator": ("operators.python", "airflow.operators.python"),
}
"""Operators in the standard provider of Airflow 3: their modules there and in Airflow 2."""
_FOR_PARTS = {"csv", "io"}
"""Modules that only parts of code use: a task can have a variable of this name."""


def render_source(dag: Dag) -> str:
    """Return the text of the DAG's file."""
    parts = [
        (files(__package__) / "parts" / f"{name}.py").read_text(encoding="utf-8").strip("\n") for name in dag.parts
    ]
    body = list(_render_body(dag.body, _STEP))
    used = _find_names("\n".join((*parts, "if True:", *body, f"{_STEP}{format_source(dag.timing.schedule)}")))
    used -= _FOR_PARTS - _find_names("\n".join(parts))
    constants = [f"{name} = {format_source(value, used=len(name) + 3)}" for name, value in dag.constants.items()]
    blocks = [
        _render_docstring(dag),
        "\n".join(_list_imports(dag, used)),
        "\n".join(constants),
        *(f"\n{part}" if part.startswith(("def ", "class ")) else part for part in parts),
        "\n" + "\n".join((*_render_with(dag), *body)),
    ]
    return "\n\n".join(block for block in blocks if block.strip()) + "\n"


def _render_docstring(dag: Dag) -> str:
    """Return the file's docstring: what it is, and the Airflow variables that it reads."""
    said = "Exported by sfnorch: change the plan and export again, rather than this file. It runs on Airflow 2.10 and "
    rows = [f"{dag.title}.", "", *wrap(said + "3, with the Amazon provider.", MAX_LINE_LENGTH)]
    if dag.variables:
        rows += ["", "Airflow variables:"]
        for name, meaning in dag.variables.items():
            rows += wrap(f"- {name}: {meaning}.", MAX_LINE_LENGTH, subsequent_indent="  ", break_on_hyphens=False)
    return "\n".join(('"""' + rows[0], *rows[1:], '"""'))


def _find_names(text: str) -> set[str]:
    """Return the names that the code uses."""
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


def _list_imports(dag: Dag, used: set[str]) -> Iterator[str]:
    """Yield the imports of used names; modules that differ between Airflow 2 and 3 are imported with try."""
    names = sorted((name for name in _STANDARD if name in used), key=lambda name: _STANDARD[name])
    sdk = [name for name in _SDK if name in used or name in ("DAG", "Param")]
    plain = [line for line in dag.timing.imports if line.startswith("import ")]
    yield from (f"import {name}" for name in ("csv", "inspect", "io", "json", "time") if name in used)
    yield "from datetime import datetime, timedelta, timezone"
    yield from (f"from hashlib import {name}" for name in ("sha256",) if name in used)
    yield f"from urllib.parse import {'quote, ' if 'quote' in used else ''}unquote"
    yield from (f"from zoneinfo import {name}" for name in ("ZoneInfo",) if name in used)
    yield ""
    if plain:
        yield from (*plain, "")
    yield "try:  # Airflow 3"
    yield from (f"    from airflow.providers.standard.{_STANDARD[name][0]} import {name}" for name in names)
    yield f"    from airflow.sdk import {', '.join(sdk)}"
    yield "except ImportError:  # Airflow 2"
    old = [_OLD[name] for name in sdk] + [f"from {_STANDARD[name][1]} import {name}" for name in names]
    yield from (f"    {line}" for line in sorted(old, key=lambda line: line.split()[1]))
    errors = [name for name in ("AirflowException", "AirflowFailException", "AirflowSkipException") if name in used]
    yield "try:  # Airflow 3.2 and later"
    yield from _import("airflow.sdk.exceptions", errors)
    yield "except ImportError:"
    yield from _import("airflow.exceptions", errors)
    yield from sorted({*dag.imports, *(line for line in dag.timing.imports if line not in plain)})


def _import(module: str, names: Sequence[str]) -> Iterator[str]:
    """Yield an import within a `try`, over several lines if it is too long."""
    line = f"{_STEP}from {module} import {', '.join(names)}"
    if len(line) <= MAX_LINE_LENGTH:
        yield line
    else:
        yield f"{_STEP}from {module} import ("
        yield from (f"{_STEP * 2}{name}," for name in names)
        yield f"{_STEP})"


def _render_with(dag: Dag) -> Iterator[str]:
    """Yield the `with` statement around the tasks."""
    keywords: dict[str, Literal] = {
        "dag_id": dag.dag_id,
        "schedule": dag.timing.schedule,
        "start_date": SourceCall(
            function="datetime", arguments=(2024, 1, 1), keywords={"tzinfo": SourceCode("timezone.utc")}
        ),
        "catchup": False,
        **dag.settings,
        # the plan defines the retries of a job, not the default of the environment
        "default_args": {"retries": 0},
        "doc_md": SourceCode("__doc__"),
        "params": dag.params,
    }
    if dag.macros:
        keywords["user_defined_macros"] = {name: SourceCode(name) for name in dag.macros}
    if "text" in dag.parts:
        keywords["user_defined_filters"] = {"text": SourceCode("text_of")}
    if dag.tags:
        keywords["tags"] = dag.tags
    rows = (
        f"{_STEP}{key}={format_source(value, _STEP, used=len(key) + 1, behind=1)}," for key, value in keywords.items()
    )
    yield "with DAG("
    yield from rows
    yield ") as dag:"


def _render_body(nodes: tuple[Node, ...], indent: str) -> Iterator[str]:
    for node in nodes:
        match node:
            case OperatorTask(variable=variable, call=call):
                yield f"{indent}{variable} = {format_source(call, indent, used=len(variable) + 3)}"
            case TaskGroup(variable=variable, group_id=group_id, body=body):
                made = format_source(SourceCall(function="TaskGroup", arguments=(group_id,), keywords={}))
                yield f"{indent}with {made} as {variable}:"
                yield from _render_body(body, indent + _STEP)
            case MappedGroup():
                yield from _render_mapped_group(node, indent)
            case TaskChain():
                yield from _render_chain(node, indent)
            case SourceLines(lines):
                yield from (f"{indent}{line}" for line in lines)


def _render_mapped_group(group: MappedGroup, indent: str) -> Iterator[str]:
    """Yield the function that makes the group for an item, and its call for all items."""
    yield ""
    yield f"{indent}@task_group(group_id={format_source(group.group_id)})"
    yield f"{indent}def {group.variable}({', '.join(group.arguments)}):"
    yield from _render_body(group.body, indent + _STEP)
    yield ""
    yield f"{indent}{group.mapped} = {group.variable}.expand_kwargs({group.source}.output)"


def _render_chain(chain: TaskChain, indent: str) -> Iterator[str]:
    """Yield the variables in sequence, over several lines if they are too long."""
    first = chain.first[0] if len(chain.first) == 1 else f"[{', '.join(chain.first)}]"
    line = f"{indent}{' >> '.join((first, *chain.then))}"
    if len(line) <= MAX_LINE_LENGTH:
        yield line
    elif len(chain.first) > 1:
        listed = SourceCall(
            function=f"{chain.then[0]}.set_upstream",
            arguments=([SourceCode(name) for name in chain.first],),
            keywords={},
        )
        yield f"{indent}{format_source(listed, indent)}"
        if len(chain.then) > 1:
            yield from _render_chain(TaskChain(chain.then[:1], chain.then[1:]), indent)
    else:
        yield f"{indent}("
        yield f"{indent}{_STEP}{first}"
        yield from (f"{indent}{_STEP}>> {name}" for name in chain.then)
        yield f"{indent})"
