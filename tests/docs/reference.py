"""The generated parts of the documentation: the plan's reference from its models, the commands' from their own help."""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from sfnorch.airflow.export import render_airflow_source
from sfnorch.cfn.checkov import ACCEPTED_FINDINGS
from sfnorch.cfn.render import render_template
from sfnorch.console import Console
from sfnorch.durations import format_duration
from sfnorch.graph.mermaid import render_mermaid
from sfnorch.patterns import build_workflow
from sfnorch.plan.default import build_default_plan
from sfnorch.plan.load import parse_plan
from sfnorch.plan.schema import build_plan_schema
from sfnorch.plan.starters import starter_text
from sfnorch.report.followed.news import print_failures, print_resume
from sfnorch.report.followed.titles import build_titles
from sfnorch.report.followed.tree import render_tree
from sfnorch.resume_command import build_resume_command
from sfnorch.runs.run_tree import RunTree
from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.figures import compute_figures
from sfnorch.simulator.run import choose_machine, run_machine
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template
from sfnorch.template.tasks import list_planned_tasks
from tests.commands import Command
from tests.docs.command_reference import commands
from tests.docs.json_reference import documents
from tests.docs.make_targets import target_table
from tests.docs.pages import DOCS, blocks
from tests.docs.python_reference import (
    execution_functions,
    plan_functions,
    python_classes,
    requests,
    results,
    stack_functions,
)
from tests.docs.scenario_reference import scenario_keys
from tests.docs.template_reference import key_examples, template_tables
from tests.ministack import emulator, new_account, small_template
from tests.replay import Replay
from tests.screens import plain

SMALL = """\
pattern: master-child
name: nightly-etl
logging: false
tracing: false
children:
- {name: orders, jobs: [extract-orders, clean-orders, load-orders]}
- {name: customers, jobs: [extract-customers, load-customers]}
"""

_PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

_TITLES = {
    "MasterChildPlan": "`pattern: master-child`",
    "DynamicPlan": "`pattern: dynamic`",
    "DagPlan": "`pattern: dag`",
    "ContinuousPlan": "`pattern: continuous`",
    "FlowPlan": "`pattern: flow`",
    "FanOutPlan": "`pattern: fan-out`",
    "DagTask": "A task",
    "FlowStep": "A step",
    "RedshiftSql": "`redshift_sql`",
    "S3Object": "`s3_object`",
    "Notify": "`notify`",
    "ForEach": "`for_each`",
    "Retry": "`retry`",
    "OnError": "`on_error`",
    "Function": "A function",
    "FunctionPermission": "A function's permission",
    "Child": "A child",
    "FanOutChild": "A child with items",
    "Job": "A job",
    "Alerts": "`alerts`",
    "Schedule": "`schedule`",
    "Overlap": "`overlap`",
    "RunParameter": "A parameter",
    "Start": "A start",
    "S3Start": "`s3` of a start",
    "EnvironmentSettings": "An environment",
    "StepJobSettings": "`defaults` of a flow",
}

_NOTES = {
    "EnvironmentSettings": "An environment also has the keys of the plan, to change them, and `jobs`: settings of Glue "
    "jobs by name, wherever the plan runs them. It cannot change `pattern`, `name` and `environment`, and it changes "
    "only the defaults of `parameters`. [Environments](../how-to/environments.md) describes how a change and the plan "
    "are merged.",
    "StepJobSettings": "They apply to the steps with `glue_job`.",
}
"""What the reference says of a definition in addition to its description."""


def with_generated_parts(text: str) -> str:
    """Return a page's text with its generated parts as the code makes them."""
    return _PART.sub(lambda part: f"{part[1]}\n{chr(10).join(_PARTS[part[2]]())}\n{part[3]}", text)


def has_generated_parts(page: Path) -> bool:
    """Return whether the page has parts that the code makes."""
    return page.exists() and bool(_PART.search(page.read_text(encoding="utf-8")))


def _plan() -> Iterator[str]:
    definitions = build_plan_schema()["$defs"]
    for name, title in _TITLES.items():
        schema = definitions[name]
        schema = next((part for part in schema.get("anyOf", []) if "properties" in part), schema)
        yield f"## {title}\n\n{' '.join(filter(None, (definitions[name]['description'], _NOTES.get(name))))}\n"
        yield "| key | meaning | default | example |\n|---|---|---|---|"
        required = [*schema.get("required", []), *schema.get("then", {}).get("required", [])]
        for key, value in sorted(schema["properties"].items(), key=lambda item: item[0] not in required):
            default = "required" if key in required else _default(key, value["default"])
            yield f"| `{key}` | {value['description']} | {default} | `{_short(value['examples'][0])}` |"
        yield ""


def _default(key: str, value: Any) -> str:
    if key == "children":
        return "five"
    if key == "name" and value == "":
        return "`child-N`"
    return "" if value in (None, "") else f"`{_short(value)}`"


def _short(value: Any) -> str:
    if isinstance(value, str):
        return value
    text = json.dumps(value)
    return re.sub(r'"([A-Za-z][\w.@/:-]*|--\w+)"', r"\1", text)


def _graphs() -> Iterator[str]:
    text = render_template(build_workflow(build_default_plan()), "sam")
    template = evaluate_template(parse_template(text, "SAM-template.yaml"))
    for name in ("master", "child-1"):
        yield f"```mermaid\n{render_mermaid([template.find(name)], template)}```\n"


def _airflow() -> Iterator[str]:
    """The tasks of the plan that the page of the pattern master-child shows first."""
    page = (DOCS / "patterns" / "master-child.md").read_text(encoding="utf-8")
    plan = parse_plan(next(body for name, _, body in blocks(page) if name == "sfnorch.yaml"))
    text = render_airflow_source(plan)
    yield f"```python\n{text[text.index(') as dag:') + len(') as dag:') :].strip(chr(10))}\n```\n"


def _deployed() -> Iterator[str]:
    """What `sfnorch deploy` shows, against an emulator."""
    with tempfile.TemporaryDirectory() as folder, emulator(Path(folder)) as endpoint:
        template = Path(folder) / "template.json"
        template.write_text(small_template(SMALL), encoding="utf-8")
        words = ["deploy", "--template", str(template), "--stack-name", "nightly-etl", "--yes"]
        environment = {**new_account(endpoint).environment(), "COLUMNS": "100"}
        command = Command(*words, environment=environment, merged=True)
        written, _ = command.communicate()
        assert command.returncode == 0, written
    shown = plain(written).replace("ACCOUNT", "123456789012").replace("HH:MM:SS", "03:00:00")
    lines = [line for line in shown.splitlines() if not line.startswith("warning: ")]
    events = [index for index, line in enumerate(lines) if line.startswith("03:00:00")]
    cut = [*lines[: events[2]], "…", *lines[events[-2] :]]
    screen = "\n".join(line.replace("-RANDOM", "") for line in cut)
    yield f"```text\n$ sfnorch deploy --stack-name nightly-etl\n{screen}\n```"


def _tasks() -> Iterator[str]:
    """The tasks of the starter plan, drawn."""
    text = render_template(build_workflow(parse_plan(starter_text("dag"))), "sam")
    template = evaluate_template(parse_template(text, "SAM-template.yaml"))
    yield f"```mermaid\n{render_mermaid([], template, list_planned_tasks(template))}```\n"


WAITS = Path(__file__).parent / "waits"
_SECONDS = {"glue-job-1": 600.0, "glue-job-2": 2700.0, "glue-job-3": 930.0, "flow-1": 1800.0, "flow-2": 300.0}
_WAYS = {
    "barrier": "a Parallel, then both flows",
    "poller": "each flow looks every 60 s",
    "ours": "`pattern: dag`",
}


def _waits() -> Iterator[str]:
    """How long three ways of waiting take, and what they cost, from the simulator."""
    yield "| way | flow 1 starts | flow 2 starts | all is done | billed transitions |\n|---|---|---|---|---|"
    for name, words in _WAYS.items():
        text = (WAITS / f"{name}.yaml").read_text(encoding="utf-8")
        if name == "ours":
            text = render_template(build_workflow(parse_plan(text)), "sam")
        template = evaluate_template(parse_template(text, name))
        run = run_machine(
            template, choose_machine(template), {}, Behaviour(seconds=_SECONDS, enforce_permissions=False)
        )
        starts = {one.job: one.started for one in run.job_runs}
        transitions = compute_figures(run).transitions
        moments = [format_duration(at) for at in (starts["flow-1"], starts["flow-2"], run.executions[0].ended or 0.0)]
        yield f"| {words} | {' | '.join(moments)} | {transitions} |"


def _checkov() -> Iterator[str]:
    """What templates accept of checkov's findings, and why."""
    yield "| check | resource | checkov expects | reason to do without |\n|---|---|---|---|"
    for each in ACCEPTED_FINDINGS:
        yield f"| `{each.check}` | `{each.resource_type}` | {each.expects} | {each.reason} |"


def _followed() -> Iterator[str]:
    """What `sfnorch run` shows of a run that was recorded."""
    replay = Replay.of("failed")
    tree = RunTree(replay.client(), replay.roots, replay.clock)
    for _ in tree.follow():
        pass
    console = Console(file=io.StringIO(), width=100, highlight=False)
    names = build_titles(tree, "etl")
    console.print(render_tree(tree, names, datetime.fromtimestamp(replay.clock.now(), timezone.utc)))
    print_failures(tree.find_failures(), names, console)
    print_resume([build_resume_command(tree.roots[0].arn, stack_name="etl")], console)
    shown = plain(console.file.getvalue()) if isinstance(console.file, io.StringIO) else ""
    shown = shown.replace("ACCOUNT", "123456789012").replace("UUID", "…").replace("jr_ID", "jr_9f25…")
    yield f"```text\n$ sfnorch run --stack-name etl\n{shown}```"


_PARTS: dict[str, Callable[[], Iterator[str]]] = {
    "plan": _plan,
    "commands": commands,
    "graphs": _graphs,
    "json": documents,
    "scenario_keys": scenario_keys,
    "keys": key_examples,
    "templates": template_tables,
    "targets": target_table,
    "deployed": _deployed,
    "followed": _followed,
    "tasks": _tasks,
    "waits": _waits,
    "checkov": _checkov,
    "airflow": _airflow,
    "plan_functions": plan_functions,
    "stack_functions": stack_functions,
    "execution_functions": execution_functions,
    "requests": requests,
    "results": results,
    "classes": python_classes,
}
