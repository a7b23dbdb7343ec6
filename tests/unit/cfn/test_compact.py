"""A template that is to be short says the same as one that is not."""

from __future__ import annotations

from typing import Any

from sfnorch.asl import fold, is_expression, list_integrations, name_substitutions, replace_resources, serialize_graph
from sfnorch.cfn.render import render_template
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from tests.template_yaml import yaml_1_1

PLAN = r"""
pattern: master-child
job_states: false
children:
  - jobs:
      - {name: a, arguments: {--sql: "select 1\n    from orders\n", --text: "  b  "}}
"""


def folded(value: Any) -> Any:
    """The definition with its expressions folded."""
    if isinstance(value, dict):
        return {key: folded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [folded(item) for item in value]
    return f"{{% {fold(value[2:-2])} %}}" if is_expression(value) else value


def test_only_blanks_of_expressions_and_the_comment_are_missing():
    built = build_workflow(parse_plan(PLAN))
    resources = yaml_1_1(render_template(built, "cfn"))["Resources"]
    for machine in built.machines:
        rendered = resources[f"{machine.key}StateMachine"]["Properties"]["Definition"]
        made = serialize_graph(machine.graph)
        del made["Comment"]
        names = name_substitutions(list_integrations(made), machine.substitutions)
        assert rendered == folded(replace_resources(made, lambda each, names=names: f"${{{names[each]}}}"))
    assign = resources["Child1StateMachine"]["Properties"]["Definition"]["States"]["ResolveJobs"]["Assign"]
    assert assign["settings"] == {"a": {"Arguments": {"--sql": "select 1\n    from orders\n", "--text": "  b  "}}}
