"""Fan-outs in the simulator: their plans, their runs, and what came of each item."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sfnorch.cfn.render import render_template
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.simulator.behaviour import Behaviour
from sfnorch.simulator.record import Execution, Run
from sfnorch.simulator.run import choose_machine, run_machine
from sfnorch.template.contents import Template, evaluate_template
from sfnorch.template.reader import parse_template

BUCKET = "landing"
PLAN: dict[str, Any] = {
    "pattern": "fan-out",
    "name": "tables",
    "items": "input",
    "item_name": "{% $item.table %}",
    "jobs": [
        {"name": "extract", "arguments": {"--table": "{% $item.table %}"}},
        {"name": "load", "arguments": {"--table": "{% $item.table %}"}},
    ],
}


def template_of(**keys: Any) -> Template:
    """The template of the plan with other keys; None removes a key."""
    return _render(json.dumps({key: value for key, value in {**PLAN, **keys}.items() if value is not None}))


@lru_cache(maxsize=100)
def _render(plan: str) -> Template:
    text = render_template(build_workflow(parse_plan(plan)), "sam")
    return evaluate_template(parse_template(text, "template"))


def fan_out(given: Any = None, behaviour: Behaviour | None = None, **keys: Any) -> Run:
    """The run of a fan-out with the input."""
    template = template_of(**keys)
    behaviour = behaviour or Behaviour(concurrent_runs={"*": 100})
    return run_machine(template, choose_machine(template), {} if given is None else given, behaviour)


def tables(*names: str) -> dict[str, Any]:
    """The input with an item for each table."""
    return {"items": [{"table": name} for name in names]}


def objects(**contents: str) -> Mapping[str, bytes]:
    """Objects in the bucket; a name with `__` has a dot there."""
    return {f"s3://{BUCKET}/{name.replace('__', '.')}": text.encode() for name, text in contents.items()}


def children_of(run: Run) -> list[Execution]:
    """The executions of the items, in their order."""
    (map_run,) = run.map_runs
    return [map_run.children[index] for index in sorted(map_run.children)]


def jobs_of(run: Run, item: str) -> list[tuple[str, str]]:
    """The job runs of an item in their order, each with its status."""
    (arn,) = [child.arn for child in children_of(run) if child.item == item]
    return [(job.job, job.status) for job in sorted(run.job_runs, key=lambda job: job.started) if job.execution == arn]


def alarms_of(run: Run) -> list[tuple[str, str]]:
    """The changes of alarms, each with the state after it."""
    return [(change.alarm, change.after) for change in run.alarms]


CHILD: dict[str, Any] = {key: PLAN[key] for key in ("items", "item_name", "jobs")} | {"name": "tables"}
"""A child of a master that is the fan-out of the plan."""


def master_of(*children: Mapping[str, Any], **keys: Any) -> Template:
    """The template of a master with these children, each with keys that replace those of `CHILD` if it has items."""
    given = [{**CHILD, **child} if "jobs" not in child else child for child in children]
    return _render(json.dumps({"pattern": "master-child", "name": "nightly", "children": given, **keys}))


def run_master(template: Template, given: Any = None, behaviour: Behaviour | None = None) -> Run:
    """The run of a master."""
    behaviour = behaviour or Behaviour(concurrent_runs={"*": 100})
    return run_machine(template, choose_machine(template), {} if given is None else given, behaviour)


def child_of(run: Run, name: str) -> Execution:
    """The execution of a child of the master, by its name."""
    (found,) = [each for each in run.executions if each.machine.endswith(f"stack-{name}")]
    return found
