"""No text of a plan becomes a dynamic reference of CloudFormation, wherever in the plan it is typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sfnorch.cfn.render import render_template
from sfnorch.errors import SfnorchError
from sfnorch.patterns import build_workflow
from sfnorch.plan.errors import PlanError
from sfnorch.plan.load import parse_plan
from sfnorch.plan.paths import format_path
from sfnorch.plan.read import parse_document
from tests.golden.artifacts import PLANS

MARK = "{{resolve:secretsmanager:x}}"
NAMES = (
    "all-settings",
    "continuous-all-settings",
    "dynamic-goes-on",
    "flow-everything",
    "own-encrypted-topic",
    "tasks",
)
FREE = ("arguments", "body", "environment", "input", "parameters", "tags")
"""Mappings whose keys are a user's own."""

Way = tuple[str | int, ...]


def marked(value: Any, way: Way, ways: list[Way]) -> Any:
    """The value with the mark at the end of every text but the pattern's, whose ways are noted."""
    if isinstance(value, dict):
        return {key: marked(item, (*way, key), ways) for key, item in value.items()}
    if isinstance(value, list):
        return [marked(item, (*way, index), ways) for index, item in enumerate(value)]
    if not isinstance(value, str) or way == ("pattern",):
        return value
    ways.append(way)
    return f"{value[:-2]} & '{MARK}' %}}" if value.startswith("{%") else f"{value}{MARK}"


def with_marked_key(value: Any, way: Way) -> Any:
    """The value with the mark at the end of the key that the way leads to."""
    first, *rest = way
    if isinstance(value, list):
        return [with_marked_key(item, tuple(rest)) if index == first else item for index, item in enumerate(value)]
    return {
        (key if rest or key != first else f"{key}{MARK}"): (
            with_marked_key(item, tuple(rest)) if rest and key == first else item
        )
        for key, item in value.items()
    }


def free_keys(value: Any, way: Way = ()) -> list[Way]:
    """The ways to the keys that are a user's own."""
    if isinstance(value, dict):
        own = [(*way, key) for key in value] if set(way) & set(FREE) else []
        return own + [found for key, item in value.items() for found in free_keys(item, (*way, key))]
    items = enumerate(value) if isinstance(value, list) else ()
    return [found for index, item in items for found in free_keys(item, (*way, index))]


def data_of(name: str) -> dict[str, Any]:
    return parse_document((PLANS / f"{name}.plan.yaml").read_text(encoding="utf-8"), name).data


@pytest.mark.parametrize("name", NAMES)
def test_each_text_that_holds_a_reference_is_refused(name: str):
    ways: list[Way] = []
    text = json.dumps(marked(data_of(name), (), ways))
    with pytest.raises(PlanError) as error:
        parse_plan(text, folder=PLANS)
    told = {finding.path for finding in error.value.findings}
    # of the input of a dag's task the first text at fault is told, as the input's
    assert {
        format_path(way) for way in ways if format_path(way).partition(".input.")[0] + ".input" not in told
    } - told == set()
    assert len(ways) > 2


@pytest.mark.parametrize(("name", "way"), [(name, way) for name in NAMES for way in free_keys(data_of(name))])
def test_a_key_that_holds_a_reference_is_refused(name: str, way: Way):
    text = json.dumps(with_marked_key(data_of(name), way))
    with pytest.raises(PlanError) as error:
        parse_plan(text, folder=PLANS)
    assert [finding for finding in error.value.findings if MARK in str(finding) and "no key" not in finding.message]


CODE = f'''def handler(event, context):
    return "{MARK}"
'''
FLOW = """\
pattern: flow
functions: [{name: f, code: f.py}]
steps: [{name: s, lambda: f}]
"""


def test_code_that_holds_a_reference_is_not_inlined(tmp_path: Path):
    (tmp_path / "f.py").write_text(CODE)
    text = render_template(build_workflow(parse_plan(FLOW, folder=tmp_path)), "sam")
    assert "resolve:" not in text
    assert "CodeFrom: f.py" in text


SAID = """\
steps[0].arguments.--p: '{{resolve:secretsmanager:x}}' is invalid: CloudFormation would replace {{resolve:…}} with the \
value of the secret or parameter; pass the name, and read the value where you use it (plan.yaml, line 3)
steps[1].redshift_sql.sql: CloudFormation would replace {{resolve:…}} with the value of the secret or parameter; pass \
the name, and read the value where you use it; write :name, and the value in parameters (plan.yaml, line 4)"""


def test_what_is_said_of_a_reference():
    plan = (
        "pattern: flow\nsteps:\n"
        "- {name: a, glue_job: x, arguments: {--p: '{{resolve:secretsmanager:x}}'}}\n"
        "- {name: b, redshift_sql: {sql: \"select '{{resolve:ssm:x}}'\", database: d, workgroup: wwww}}\n"
    )
    with pytest.raises(PlanError) as error:
        parse_plan(plan, file="plan.yaml")
    assert str(error.value) == SAID


def test_a_reference_that_no_check_has_found_ends_the_rendering():
    plan = parse_plan("pattern: master-child\n")
    object.__setattr__(plan.alerts, "emails", [f"{MARK}@example.com"])
    with pytest.raises(SfnorchError) as error:
        render_template(build_workflow(plan), "cfn")
    place = "Resources.AlarmTopicEmailResolveSecretsmanagerXExampleCom0x9e7d6dde.Properties.Endpoint"
    assert error.value.message == f"{place}: {{{{resolve:…}}}} is a dynamic reference of CloudFormation"
    assert error.value.hint == "pass the name of the secret or parameter, and read its value in the job or function"
