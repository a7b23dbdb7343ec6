"""The functions of `sfnorch` that do not call AWS: what they return is what the commands print."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest

import sfnorch
from sfnorch import (
    Behaviour,
    Fault,
    JobOverride,
    LintConfiguration,
    LintConfigurationError,
    LintRequest,
    PlanError,
    RequestError,
    SimulateRequest,
    explain_rule,
    lint,
    lint_templates,
    parse_plan,
    render,
    render_baseline,
    simulate,
)
from tests.conftest import Run

PLAN = "pattern: master-child\nname: etl\nchildren:\n- {name: orders, jobs: [a, b]}\n- {name: sales, jobs: [c]}\n"


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
        simulation = simulate(SimulateRequest(plan=plan, behaviour=behaviour))
        assert not simulation.has_succeeded
        assert [(each.title, each.status, each.ended) for each in simulation.run.executions] == [
            (each["title"], each["status"], each["ended"]) for each in printed["executions"]
        ]
        assert simulation.figures.transitions == printed["figures"]["transitions"]
    assert simulate(SimulateRequest(plan=parse_plan(PLAN))).has_succeeded


def test_a_simulation_of_a_template_with_an_input_in_a_stack(run: Run):
    Path("sfnorch.yaml").write_text(PLAN)
    assert run("render", "-o", "t.yaml").code == 0
    given = {"threads": [{"threadId": "orders", "glueJobs": ["b"]}, {"threadId": "sales", "skip": True}]}
    run_ = simulate(
        SimulateRequest(template=Path("t.yaml"), execution_input=given, stack_name="etl-prod", region="eu-central-1")
    ).run
    assert [job.job for job in run_.job_runs] == ["b"]
    assert run_.executions[0].arn.startswith("arn:aws:states:eu-central-1:123456789012:execution:etl-prod-master:")


def test_jobs_of_a_child_by_its_number_or_its_name():
    plan = parse_plan(PLAN)
    for child in (1, "orders"):
        machines = render(plan, jobs=[JobOverride(child, ("x", "y"))]).workflow.machines
        assert [machine.jobs for machine in machines] == [(), ("x", "y"), ("c",)]


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (JobOverride(0, ("x",)), "jobs[0]: the plan has 2 children; available: orders, sales"),
        (JobOverride(3, ("x",)), "jobs[3]: the plan has 2 children; available: orders, sales"),
        (JobOverride("it's", ("x",)), 'jobs["it\'s"]: unknown child; available: orders, sales'),
    ],
)
def test_jobs_of_an_unknown_child(override: JobOverride, message: str):
    with pytest.raises(RequestError) as error:
        render(parse_plan(PLAN), jobs=[override])
    assert (str(error.value), error.value.field, error.value.key) == (message, "jobs", override.child)


def test_jobs_for_a_plan_without_children():
    with pytest.raises(RequestError, match="jobs require a plan with children; the pattern is dynamic"):
        render(parse_plan("pattern: dynamic\n"), jobs=[JobOverride(1, ("x",))])


def test_a_definition(run: Run):
    Path("sfnorch.yaml").write_text(PLAN)
    printed = run("render", "--format", "asl", "--machine", "orders", "-o", "-").out
    found = sfnorch.render_definition(Path("sfnorch.yaml"), machine="Orders")
    assert (found.text, found.machine.name) == (printed, "orders")
    with pytest.raises(RequestError, match=r"machine\['x'\]: unknown state machine; available: master, orders, sales"):
        sfnorch.render_definition(parse_plan(PLAN), machine="x")


@pytest.mark.parametrize(("form", "file"), [("mermaid", "g.mmd"), ("markdown", "g.md"), ("dot", "g.dot")])
def test_a_picture_is_the_file_of_the_command(run: Run, form: str, file: str):
    Path("sfnorch.yaml").write_text(PLAN)
    assert run("graph", "--format", "mermaid" if form == "markdown" else form, "-o", file).code == 0
    assert sfnorch.draw(plan=Path("sfnorch.yaml"), form=form) == Path(file).read_text()


def test_a_picture_of_one_machine():
    text = sfnorch.draw(plan=parse_plan(PLAN), machines=["sales"])
    assert "clean" not in text
    assert "flowchart" in text
    with pytest.raises(sfnorch.SfnorchError, match="no tasks with dependencies found"):
        sfnorch.draw(plan=parse_plan(PLAN), tasks_only=True)


def test_an_export_and_a_pipeline(run: Run):
    Path("sfnorch.yaml").write_text(PLAN)
    exported = sfnorch.export_airflow(Path("sfnorch.yaml"))
    assert exported.dag_id == "etl"
    assert run("export", "airflow", "-o", "-").out == exported.text
    assert run("pipeline", "render", "--no-approval", "-o", "-").out == sfnorch.render_pipeline(
        Path("sfnorch.yaml"), approval=False
    )


def test_the_files_of_a_plan_to_start_from(run: Run):
    assert run("init", "linear", "--pipeline").code == 0
    starter = sfnorch.make_starter("linear", pipeline=True)
    assert {name: Path(name).read_text() for name in starter.texts} == dict(starter.texts)
    assert list(starter.texts)[-1] == "sfnorch.yaml"
    assert set(starter.code) < set(starter.texts)


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        (Behaviour(faults=[Fault(job="aa")]), "faults: unknown job 'aa'; did you mean a?"),
        (Behaviour(seconds={"zz": 1.0, "a": 1.0}), "seconds: unknown job 'zz'"),
        (Behaviour(throttles={"zz*": 1}), "throttles: unknown job 'zz*'"),
        (Behaviour(mocks={"Nothing": 1}), "mocks: unknown Task, Map or Parallel state 'Nothing'"),
    ],
)
def test_a_behaviour_of_what_does_not_exist(behaviour: Behaviour, message: str):
    with pytest.raises(RequestError) as error:
        simulate(SimulateRequest(plan=parse_plan(PLAN), behaviour=behaviour))
    assert str(error.value) == message


def test_a_value_that_a_template_does_not_accept():
    with pytest.raises(sfnorch.SfnorchError, match="Nothing"):
        simulate(SimulateRequest(plan=parse_plan(PLAN), parameters={"Nothing": "x"}))


def test_a_definition_with_a_file_of_mocks(tmp_path: Path):
    task = {"Type": "Task", "Resource": "arn:aws:states:::events:${Call}", "End": True}
    task["Parameters"] = {"Entries": []}
    definition, mocks = tmp_path / "m.asl.json", tmp_path / "mocks.json"
    definition.write_text(json.dumps({"StartAt": "A", "States": {"A": task}}))
    mocks.write_text(
        json.dumps(
            {
                "StateMachines": {"m": {"TestCases": {"One": {"A": "R"}, "Two": {"A": "S"}}}},
                "MockedResponses": {"R": {"0": {"Return": 1}}, "S": {"0": {"Throw": {"Error": "E", "Cause": "c"}}}},
            }
        )
    )
    request = SimulateRequest(
        template=definition,
        mock_file=mocks,
        test_case="One",
        machine_type="express",
        execution_input=None,
        substitutions={"Call": "putEvents"},
    )
    run_ = simulate(request).run
    assert (run_.first.status, run_.first.input, run_.first.output, run_.first.express) == ("SUCCEEDED", None, 1, True)
    failed = simulate(replace(request, test_case="Two")).run.first
    assert (failed.status, failed.error, failed.cause) == ("FAILED", "E", "c")
    assert lint(definition) == ()
    assert sfnorch.draw(definition).startswith("flowchart")


def test_a_report_about_several_templates(run: Run):
    """The library reports what the command prints, with the same files, configuration and baseline."""
    bad = "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n"
    for name, text in {
        "a.yaml": bad,
        "b.yaml": "Resources: {T: {Type: 'AWS::SNS::Topic'}}\n",
        "c.yaml": "- 1\n",
    }.items():
        Path(name).write_text(text)
    configuration = Path("lint.yaml")
    configuration.write_text("fail_on: never\nbaseline: old.json\n")
    Path("old.json").write_text('{"version": 1, "findings": []}')
    printed = json.loads(run("lint", "*.yaml", "--output", "json").out)["findings"]
    report = lint_templates(LintRequest(templates=["*.yaml"], configuration=configuration))
    assert [(each.file, each.machines, each.pipelines) for each in report.templates] == [
        ("a.yaml", 1, 0),
        ("b.yaml", 0, 0),
    ]
    assert report.skipped == ("c.yaml", "lint.yaml")
    assert [each.message for each in report.findings] == [each["message"] for each in printed]
    assert (report.has_failed, report.fail_on, report.old, report.fixed) == (False, "never", (), ())
    assert lint_templates(LintRequest(templates=[Path("a.yaml")])).has_failed

    Path("old.json").write_text(render_baseline(report, Path("old.json")))
    compared = lint_templates(LintRequest(templates=["a.yaml"], configuration=configuration))
    assert (compared.findings, compared.old) == ((), report.findings)
    Path("a.yaml").write_text("Resources: {T: {Type: 'AWS::SNS::Topic'}}\n")
    fixed = lint_templates(LintRequest(templates=["a.yaml"], baseline=Path("old.json")))
    assert [each.message for each in fixed.fixed] == sorted(each.message for each in report.findings)
    configured = LintConfiguration(templates=("a.yaml",), fail_on="warning")
    assert [each.file for each in lint_templates(LintRequest(configuration=configured)).templates] == ["a.yaml"]


def test_a_report_about_a_plan():
    report = lint_templates(LintRequest(plan=parse_plan(PLAN), ignore=["unused-permission"]))
    assert [(each.file, each.findings, each.machines) for each in report.templates] == [("the plan, rendered", (), 3)]
    with pytest.raises(RequestError, match=r"^templates: a plan and templates exclude each other$"):
        LintRequest(plan=parse_plan(PLAN), templates=["a.yaml"])


def test_a_configuration_with_errors_is_an_exception(tmp_path: Path):
    (tmp_path / "lint.yaml").write_text("ignore: 5\nfail_on: info\n")
    with pytest.raises(LintConfigurationError) as raised:
        lint_templates(LintRequest(configuration=tmp_path / "lint.yaml"))
    assert [(each.path, each.line) for each in raised.value.findings] == [("ignore", 1), ("fail_on", 2)]


def test_an_explanation(run: Run):
    assert explain_rule("statelint") == run("lint", "--explain", "refused-definition").out
    with pytest.raises(RequestError, match=r"^rule: unknown rule 'statelin'; did you mean refused-definition\?$"):
        explain_rule("statelin")
