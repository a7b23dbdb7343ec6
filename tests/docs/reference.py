"""The generated parts of the README: the plan's reference from its models, the commands' from their own help."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from sfnorch.cfn.render import render_template
from sfnorch.cli.main import COMMANDS, sfnorch
from sfnorch.graph.mermaid import mermaid
from sfnorch.patterns import workflow
from sfnorch.plan.load import default_plan
from sfnorch.plan.schema import plan_schema
from sfnorch.simulate.figures import Figures
from sfnorch.simulate.record import AlarmChange, Event, Execution, JobRun, Message, What
from sfnorch.template.contents import contents
from sfnorch.template.reader import parse_template

_PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

_TITLES = {
    "MasterChildPlan": "`pattern: master-child`",
    "DynamicPlan": "`pattern: dynamic`",
    "Child": "A child",
    "Job": "A job",
    "Alerts": "`alerts`",
    "Schedule": "`schedule`",
}


def readme_text(readme: str) -> str:
    """The README with its generated parts as the code makes them."""
    parts = {"plan": _plan, "commands": _commands, "graphs": _graphs, "run": _run}
    made = {name: "\n".join(lines()) for name, lines in parts.items()}
    return _PART.sub(lambda part: f"{part[1]}\n{made[part[2]]}\n{part[3]}", readme)


def _plan() -> Iterator[str]:
    definitions = plan_schema()["$defs"]
    for name, title in _TITLES.items():
        schema = definitions[name]
        schema = next((part for part in schema.get("anyOf", []) if "properties" in part), schema)
        yield f"#### {title}\n\n{definitions[name]['description']}\n"
        yield "| key | meaning | default | example |\n|---|---|---|---|"
        required = schema.get("required", [])
        for key, value in sorted(schema["properties"].items(), key=lambda item: item[0] not in required):
            default = "required" if key in required else _default(key, value["default"])
            yield f"| `{key}` | {value['description']} | {default} | `{_short(value['examples'][0])}` |"
        yield ""


def _default(key: str, value: Any) -> str:
    if key == "children":
        return "five"
    if key == "name" and value == "":
        return "`child-N`"
    return "" if value is None else f"`{_short(value)}`"


def _short(value: Any) -> str:
    if isinstance(value, str):
        return value
    text = json.dumps(value)
    return re.sub(r'"([A-Za-z][\w.@/:-]*|--\w+)"', r"\1", text)


def _commands() -> Iterator[str]:
    context = sfnorch.make_context("sfnorch", [], resilient_parsing=True)
    for name in COMMANDS:
        command = sfnorch.get_command(context, name)
        assert command is not None
        own = command.make_context(name, [], parent=context, resilient_parsing=True, terminal_width=100)
        yield f"#### `sfnorch {name}`\n\n```text\n{command.get_help(own)}\n```\n"


def _graphs() -> Iterator[str]:
    text = render_template(workflow(default_plan()), "sam")
    template = contents(parse_template(text, "SAM-template.yaml"))
    for name in ("master", "child-1"):
        yield f"```mermaid\n{mermaid([template.find(name)], template)}```\n"


def _run() -> Iterator[str]:
    yield "| part | of each |\n|---|---|"
    kinds = {"executions": Execution, "events": Event, "job_runs": JobRun, "messages": Message, "alarms": AlarmChange}
    for part, kind in {**kinds, "figures": Figures}.items():
        yield f"| `{part}` | {', '.join(f'`{field.name}`' for field in fields(kind))} |"
    kinds_of_event = ", ".join(f"`{what.value}`" for what in What)
    yield f"\nAn event's `what` is one of {kinds_of_event}.\n"
