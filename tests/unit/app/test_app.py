"""The functions of `sfnorch.app`: what they return is what the commands print."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

import pytest

import sfnorch.app
from sfnorch.app import Behaviour, Fault, PlanError, lint, parse_plan, render, simulate
from tests.conftest import Run

PLAN = "pattern: master-child\nname: etl\nchildren:\n- {name: orders, jobs: [a, b]}\n- {name: sales, jobs: [c]}\n"


def test_each_exported_name_can_be_imported():
    assert [getattr(sfnorch.app, name).__name__ for name in sfnorch.app.__all__] == sfnorch.app.__all__
    with pytest.raises(AttributeError, match=r"'sfnorch\.app' has no attribute 'deploy'"):
        sfnorch.app.deploy  # noqa: B018


@pytest.mark.parametrize("form", ["sam", "cfn"])
def test_a_rendering_is_the_file_of_the_command(run: Run, form: str):
    Path("sfnorch.yaml").write_text(PLAN)
    assert run("render", "--format", form, "-o", "template.yaml").code == 0
    now = datetime(2026, 1, 1, tzinfo=timezone.utc)
    for plan in (Path("sfnorch.yaml"), parse_plan(PLAN)):
        rendering = render(plan, form=form, now=now)
        assert rendering.text == Path("template.yaml").read_text()
        assert [machine.name for machine in rendering.workflow.machines] == ["master", "orders", "sales"]
        assert rendering.warnings == ()


def test_the_default_plan():
    assert [machine.name for machine in render().workflow.machines][:2] == ["master", "child-1"]


def test_findings(run: Run):
    Path("t.yaml").write_text("Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n")
    printed = json.loads(run("lint", "t.yaml", "--output", "json").out)["findings"]
    found = lint(Path("t.yaml"))
    assert [(each.rule, each.line, each.message) for each in found] == [
        (each["rule"], each["line"], each["message"]) for each in printed
    ]
    assert lint(Path("t.yaml"), ignore=[each.rule for each in found], region="eu-central-1") == ()
    assert [each.message for each in lint(Path("none.yaml"))] == ["The template none.yaml does not exist"]


def test_a_plan_with_errors_is_an_exception():
    with pytest.raises(PlanError, match="unknown key 'childs'"):
        parse_plan("pattern: master-child\nchilds: []\n")


def test_a_simulation(run: Run):
    Path("sfnorch.yaml").write_text(PLAN)
    printed = json.loads(run("simulate", "--fail", "a", "--duration", "c=1h", "--output", "json").out)
    behaviour = Behaviour(faults=[Fault(job="a")], seconds={"c": 3600.0})
    for plan in (Path("sfnorch.yaml"), parse_plan(PLAN)):
        simulation = simulate(plan=plan, behaviour=behaviour)
        assert not simulation.has_succeeded
        assert [(each.title, each.status, each.ended) for each in simulation.run.executions] == [
            (each["title"], each["status"], each["ended"]) for each in printed["executions"]
        ]
        assert simulation.figures.transitions == printed["figures"]["transitions"]
    assert simulate(plan=parse_plan(PLAN)).has_succeeded


def test_a_simulation_of_a_template_with_an_input_in_a_stack(run: Run):
    Path("sfnorch.yaml").write_text(PLAN)
    assert run("render", "-o", "t.yaml").code == 0
    given = {"threads": [{"threadId": "orders", "glueJobs": ["b"]}, {"threadId": "sales", "skip": True}]}
    run_ = simulate(Path("t.yaml"), execution_input=given, stack_name="etl-prod", region="eu-central-1").run
    assert [job.job for job in run_.job_runs] == ["b"]
    assert run_.executions[0].arn.startswith("arn:aws:states:eu-central-1:123456789012:execution:etl-prod-master:")
