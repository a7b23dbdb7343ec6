"""A template that is to be short says the same as one that is not."""

from __future__ import annotations

import re
from typing import Any

from sfnorch.asl import definition
from sfnorch.cfn.render import render_template
from sfnorch.patterns import workflow
from sfnorch.plan.load import parse_plan
from tests.template_yaml import yaml_1_1

PLAN = r"""
pattern: master-child
job_states: false
children:
  - jobs:
      - {name: a, arguments: {--sql: "select 1\n    from orders\n", --text: "  b  "}}
"""


def unindented(value: Any) -> Any:
    """The definition with the blanks in its expressions folded, which mean nothing to JSONata."""
    if isinstance(value, dict):
        return {key: unindented(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unindented(item) for item in value]
    return re.sub(r"\s+", " ", value) if isinstance(value, str) and value.startswith("{%") else value


def test_only_the_lines_of_expressions_change():
    built = workflow(parse_plan(PLAN))
    resources = yaml_1_1(render_template(built, "cfn"))["Resources"]
    for machine in built.machines:
        rendered = resources[f"{machine.key}StateMachine"]["Properties"]["Definition"]
        assert unindented(rendered) == unindented(definition(machine.graph))
    assign = resources["Child1StateMachine"]["Properties"]["Definition"]["States"]["ResolveJobs"]["Assign"]
    assert assign["settings"] == {"a": {"Arguments": {"--sql": "select 1\n    from orders\n", "--text": "  b  "}}}
