"""From a workflow to the text of its template, or to one machine's definition alone."""

from __future__ import annotations

import json
import re
from typing import Any

from sfnorch import workflow as flow
from sfnorch.asl import definition, with_resources
from sfnorch.cfn import limits, yaml_text
from sfnorch.cfn.references import refuse_references
from sfnorch.cfn.template import Format, template_data
from sfnorch.origin import RENDERED_BY
from sfnorch.partitions import AWS

HEAD = f"{RENDERED_BY}sfnorch: change the plan and render again, rather than this file."


def render_template(workflow: flow.Workflow, form: Format) -> str:
    """Return the template's text. Raises LimitError where AWS would refuse it for its size, SfnorchError for a reference."""
    template = template_data(workflow, form)
    refuse_references(template.data)
    limits.check_data(template.data, workflow)
    style = yaml_text.COMPACT if workflow.compact else yaml_text.READABLE
    text = yaml_text.document(template.data, template.headings, head=HEAD, style=style)
    limits.check_text(text, workflow)
    return text


def render_definition(
    machine: flow.StateMachine, workflow: flow.Workflow, partition: str = AWS
) -> tuple[str, list[str]]:
    """Return a machine's definition as JSON, for the console, and the substitutions that are left to fill in by hand.

    Parameters have their defaults; what only a stack knows (ARNs, names that begin with its own) stays `${Name}`. An
    execution of it runs in the `partition`, and in no other.
    """
    defaults = {parameter.name: parameter.default for parameter in workflow.parameters}
    known = {
        key: defaults[value.name]
        for key, value in machine.substitutions.items()
        if isinstance(value, flow.ParameterValue)
    }
    left = [key for key in machine.substitutions if key not in known]
    made = with_resources(definition(machine.graph), lambda integration: f"arn:{partition}:states:::{integration}")
    filled = _filled(made, known)
    return json.dumps(filled, indent=2, ensure_ascii=False) + "\n", left


def _filled(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, known) for item in value]
    if isinstance(value, str) and (match := re.fullmatch(r"\$\{(\w+)\}", value)):
        return known.get(match[1], value)
    return value
