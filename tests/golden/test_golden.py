"""The committed renderings are what the code renders now."""

from __future__ import annotations

from pathlib import Path

import pytest

from sfnorch.cfn.render import render_template
from sfnorch.cfn.template import Format
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from tests.golden.artifacts import DELIVERIES, PIPELINES, PLANS, ROOT, artifacts
from tests.template_yaml import yaml_1_1

FILES = {str(path.relative_to(ROOT)): (path, make) for path, make in artifacts()}
# test_lint.py compares what is found in the rules' templates; pages show a deployment, with the newest versions
COMPARED = [
    pytest.param(name, marks=[] if name.startswith("docs/") else pytest.mark.smoke)
    for name in FILES
    if not name.endswith(".found.txt")
]


@pytest.mark.parametrize("name", COMPARED)
def test_a_committed_file_is_what_the_code_makes(name: str):
    path, make = FILES[name]
    assert path.read_text(encoding="utf-8") == make(), "make golden renews it: read the diff"


def test_no_rendering_is_left_behind():
    made = {path for path, _ in FILES.values()}
    committed = {
        *(path for path in PLANS.iterdir() if path.is_file()),
        *PIPELINES.iterdir(),
        *(path for path in DELIVERIES.rglob("*") if path.is_file()),
        *(path for path in (ROOT / "templates").rglob("*") if path.is_file()),
    }
    assert {path for path in committed - made if not path.name.endswith(".plan.yaml")} == set()


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in FILES
        if name.endswith(("template.yaml", ".sam.yaml")) or "pipeline" in name or "deliveries" in name
    ],
)
def test_a_template_is_plain_utf_8_with_one_line_end_at_its_end(name: str):
    text = Path(FILES[name][0]).read_bytes().decode()
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert not any(line != line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("form", ["sam", "cfn"])
@pytest.mark.parametrize(("plan", "limit"), [("", 86_000), ("job_states: false", 51_200)])
def test_the_default_orchestration_is_as_short_as_promised(plan: str, limit: int, form: Format):
    text = render_template(build_workflow(parse_plan(f"pattern: master-child\n{plan}\n")), form)
    assert len(text.encode()) < limit


def test_a_dynamic_stack_with_a_topic_and_no_logs_is_a_machine_a_role_and_an_alarm():
    template = yaml_1_1((PLANS / "dynamic-three-resources.sam.yaml").read_text(encoding="utf-8"))
    assert {name: resource["Type"] for name, resource in template["Resources"].items()} == {
        "StateMachine": "AWS::Serverless::StateMachine",
        "StateMachineRole": "AWS::IAM::Role",
        "FailedAlarm": "AWS::CloudWatch::Alarm",
    }
