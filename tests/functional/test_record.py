"""`sfnorch record`, whole: executions that were recorded on an emulator become scenarios, which pass."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from sfnorch.app.sources import evaluate_source, read_source
from sfnorch.template.resources import StackEnvironment
from tests.conftest import Run
from tests.replay import Event, Replay
from tests.wire import Answer, Wire, json_answer, json_error, wire_to, xml_error

EXECUTION = "arn:aws:states:us-east-1:000000000000:execution"
RECORDINGS = Path(__file__).parent / "recordings"
STARTERS = Path(__file__).parents[2] / "src" / "sfnorch" / "plan" / "starters"

MASTER_CHILD = """\
pattern: master-child
name: etl
children:
- {name: orders, jobs: [extract-orders, clean-orders]}
- {name: sales, jobs: [extract-sales, sum-sales]}
"""
TASKS = """\
pattern: dag
name: nightly
environment: dev
tasks:
- {name: report, glue_job: make-report, needs: [facts, prices]}
- {name: facts, glue_job: load-facts, needs: [orders, prices]}
- {name: orders, glue_job: extract-orders}
- {name: prices, glue_job: extract-prices}
- {name: check, glue_job: check-prices, needs: [prices]}
"""
LOCKED = """\
pattern: flow
name: locked
overlap: skip
parameters:
  day: {type: date, default: today}
steps:
- {name: extract, glue_job: extract}
- {name: load, glue_job: load}
"""

LOOP = """\
pattern: continuous
name: c
workflow: ingest-2s
poll_every: 1s
"""
PARAMETERIZED = """\
pattern: flow
name: parameterized
steps:
- name: generate-job-id
  lambda: generate-param
  save_as: job
- name: python-job
  glue_job: job-python-param-2s
  arguments: {--job_id: '{% $job.job_id %}'}
  retry: 1
  save_as: python_run
- name: spark-job
  glue_job: job-spark-param-3s
  arguments: {--job_id: '{% $job.job_id %}'}
  retry: 1
  save_as: spark_run
"""


class Histories:
    """Answers for recorded executions and their state machines, and for stacks with their templates."""

    def __init__(self, *names: str) -> None:
        runs = Replay.of(*names).runs if names else {}
        text = json.dumps(runs).replace("children failed", "child workflows failed")  # as now
        self.runs: dict[str, list[Event]] = json.loads(text)
        self.definitions: dict[str, Any] = {}
        """By the name of the state machine."""
        self.templates: dict[str, str] = {}
        """By the name of the stack."""
        self.parameters: dict[str, str] = {}

    def answer(self, operation: str, body: bytes) -> Answer | None:
        asked = json.loads(body) if body.startswith(b"{") else {}
        handler = getattr(self, f"_{operation}", None)
        return handler(asked) if handler else xml_error("ValidationError", f"{operation}: it does not exist")

    def _DescribeExecution(self, asked: Any) -> Answer:  # noqa: N802
        arn = asked["executionArn"]
        if arn not in self.runs:
            return json_error("ExecutionDoesNotExist", "Execution Does Not Exist")
        machine = arn.rpartition(":")[0].replace(":execution:", ":stateMachine:")
        row = {"executionArn": arn, "stateMachineArn": machine, "status": "FAILED", "startDate": 0}
        return json_answer(row)

    def _GetExecutionHistory(self, asked: Any) -> Answer:  # noqa: N802
        return json_answer({"events": self.runs[asked["executionArn"]]})

    def _DescribeStateMachineForExecution(self, asked: Any) -> Answer:  # noqa: N802
        name = asked["executionArn"].split(":")[-2]
        row = {"stateMachineArn": "x", "name": name, "definition": json.dumps(self.definitions[name]), "roleArn": "x",
               "updateDate": 0}  # fmt: skip
        return json_answer(row)

    def _DescribeStacks(self, _: Any) -> Answer:  # noqa: N802
        if not self.templates:
            return xml_error("ValidationError", "it does not exist")
        (name,) = self.templates
        rows = "".join(
            f"<member><ParameterKey>{key}</ParameterKey><ParameterValue>{value}</ParameterValue></member>"
            for key, value in self.parameters.items()
        )
        return _xml(
            "DescribeStacks", f"<Stacks><member>{_stack(name)}<Parameters>{rows}</Parameters></member></Stacks>"
        )

    def _DescribeStackResources(self, _: Any) -> Answer:  # noqa: N802
        if not self.templates:
            return xml_error("ValidationError", "it does not exist")
        (name,) = self.templates
        row = f"<StackId>{name}</StackId><LogicalResourceId>x</LogicalResourceId><ResourceType>x</ResourceType>"
        row += "<Timestamp>2026-01-01T00:00:00Z</Timestamp><ResourceStatus>CREATE_COMPLETE</ResourceStatus>"
        return _xml("DescribeStackResources", f"<StackResources><member>{row}</member></StackResources>")

    def _GetTemplate(self, _: Any) -> Answer:  # noqa: N802
        (text,) = self.templates.values()
        return _xml("GetTemplate", f"<TemplateBody>{escape(text)}</TemplateBody>")


def _stack(name: str) -> str:
    return (
        f"<StackId>{name}</StackId><StackName>{name}</StackName><StackStatus>CREATE_COMPLETE</StackStatus>"
        "<CreationTime>2026-01-01T00:00:00Z</CreationTime>"
    )


def _xml(operation: str, result: str) -> Answer:
    text = f"<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"
    return 200, "text/xml", text.encode()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """A wire on which only what a test answers exists."""
    for name, value in (
        ("ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("SECRET_ACCESS_KEY", "x"),
        ("DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(f"AWS_{name}", value)
    with wire_to("http://127.0.0.1:9") as wire:
        monkeypatch.setenv("AWS_ENDPOINT_URL", wire.address)
        yield wire


def copy_starter(name: str, stack_name: str) -> None:
    """Writes the files of a starter into the current folder, with a name."""
    for file in (STARTERS / name).iterdir():
        if file.is_file():
            Path(file.name).write_text(file.read_text())
    plan = Path("sfnorch.yaml")
    plan.write_text(f"name: {stack_name}\n{plan.read_text()}")


CASES = {
    "failed": ("failed", "etl-master:failed-r1", MASTER_CHILD),
    "clean": ("clean", "etl-master:clean-r1", MASTER_CHILD),
    "resumed": ("resumed", "etl-master:resumed-r1", MASTER_CHILD),
    "tasks": ("tasks", "etl-master:nightly-1", TASKS),
    "retry-catch": ("retry-catch", "retry-catch-flow:20261127-014128-f518a1", "retry-catch"),
    "parallel-map": ("parallel-map", "pm2-flow:20261127-014240-e3a5f2", "parallel-map"),
    "locked": ("overlap", "locked-flow:third", LOCKED),
    "skipped": ("overlap", "locked-flow:second", LOCKED),
    "loop": ("loop", "c-loop:20261127-014324-c4454b", LOOP),
    "parameterized": ("parameterized", "parameterized-flow:20261127-014156-10d306", PARAMETERIZED),
    "dynamic": ("dynamic", "dyn-jobs:dynamic-r1", "pattern: dynamic\nname: dyn\n"),
}
"""What was recorded, the execution, and its plan or starter."""


@pytest.mark.parametrize("name", CASES)
def test_a_recorded_execution_is_a_scenario_that_passes(run: Run, aws: Wire, name: str):
    history, execution, plan = CASES[name]
    if "\n" in plan:
        Path("sfnorch.yaml").write_text(plan)
    else:
        copy_starter(plan, execution.partition("-flow")[0])
    aws.answer = Histories(history).answer
    done = run("record", f"{EXECUTION}:{execution}", "-o", f"{name}.sfntest.yaml")
    assert done.code == 0, done.err
    assert Path(f"{name}.sfntest.yaml").read_text() == (RECORDINGS / f"{name}.sfntest.yaml").read_text()
    tested = run("test", f"{name}.sfntest.yaml")
    assert tested.code == 0, tested.out


FAILED = f"{EXECUTION}:etl-master:failed-r1"


@pytest.mark.smoke
def test_the_file_has_the_name_of_the_execution_and_is_not_replaced(run: Run, aws: Wire):
    Path("sfnorch.yaml").write_text(MASTER_CHILD)
    aws.answer = Histories("failed").answer
    done = run("record", FAILED, "--name", "Sales fail")
    told = "Recorded 3 executions in failed-r1.sfntest.yaml.\nReview it, then run it: sfnorch test failed-r1.sfntest.yaml\n"
    assert (done.code, done.out, done.err) == (0, "", told)
    text = Path("failed-r1.sfntest.yaml").read_text()
    assert "  - name: Sales fail\n" in text
    refused = run("record", FAILED)
    assert (refused.code, refused.err) == (
        1,
        "Error: failed-r1.sfntest.yaml already exists\n  pass --force to overwrite, or another file with -o\n",
    )
    aws.calls.clear()
    assert run("record", FAILED, "-o", "failed-r1.sfntest.yaml").err == refused.err
    assert aws.calls == []  # it is known before the first call
    assert run("record", FAILED, "--force").code == 0
    assert Path("failed-r1.sfntest.yaml").read_text() != text


def test_a_scenario_is_printed_with_a_path_from_the_current_folder(run: Run, aws: Wire):
    Path("plans").mkdir()
    Path("plans/etl.yaml").write_text(MASTER_CHILD)
    aws.answer = Histories("failed").answer
    done = run("record", FAILED, "--plan", "plans/etl.yaml", "-o", "-")
    expected = (RECORDINGS / "failed.sfntest.yaml").read_text().replace("plan: sfnorch.yaml", "plan: plans/etl.yaml")
    assert (done.code, done.out, done.err) == (0, expected, "")
    Path("tests").mkdir()
    assert run("record", FAILED, "--plan", "plans/etl.yaml", "-o", "tests/x.sfntest.yaml").code == 0
    assert "  plan: ../plans/etl.yaml\n" in Path("tests/x.sfntest.yaml").read_text()


def test_values_of_stack_parameters_that_differ_from_the_defaults(run: Run, aws: Wire):
    Path("sfnorch.yaml").write_text(MASTER_CHILD)
    histories = Histories("failed")
    histories.templates = {"etl": "x"}
    histories.parameters = {"Environment": "prod", "SalesGlueJobs": "extract-sales,sum-sales", "Gone": "x"}
    aws.answer = histories.answer
    assert run("record", FAILED).code == 0
    assert (
        "target:\n  plan: sfnorch.yaml\n  parameters:\n    Environment: prod\n    SalesGlueJobs: extract-sales,sum-sales\n\n"
        in Path("failed-r1.sfntest.yaml").read_text()
    )


def test_without_a_plan_the_template_of_the_stack_is_saved(run: Run, aws: Wire):
    Path("etl.yaml").write_text(MASTER_CHILD)
    assert run("render", "--plan", "etl.yaml", "-o", "t.yaml").code == 0
    histories = Histories("failed")
    histories.templates = {"etl": Path("t.yaml").read_text().replace("DEMO", "s3://my-lake-prod/x")}
    aws.answer = histories.answer
    done = run("record", FAILED)
    assert (done.code, done.err) == (
        0,
        (
            "Recorded 3 executions in failed-r1.sfntest.yaml, with etl.template.yaml.\n"
            "Review it, then run it: sfnorch test failed-r1.sfntest.yaml\n"
        ),
    )
    expected = (RECORDINGS / "failed.sfntest.yaml").read_text()
    expected = expected.replace("plan: sfnorch.yaml", "template: etl.template.yaml")
    assert Path("failed-r1.sfntest.yaml").read_text() == expected
    assert Path("etl.template.yaml").read_text() == Path("t.yaml").read_text()
    assert run("test", "failed-r1.sfntest.yaml").code == 0
    # a second execution of the same stack needs no other template
    assert run("record", FAILED, "-o", "again.sfntest.yaml").code == 0
    Path("etl.template.yaml").write_text("changed")
    assert run("record", FAILED, "-o", "third.sfntest.yaml").err.startswith("Error: etl.template.yaml already exists\n")
    printed = run("record", FAILED, "-o", "-")
    assert (printed.code, printed.err) == (
        1,
        (
            "Error: The scenario runs what is deployed, which must be saved\n"
            "  pass -o FILE, beside which etl.template.yaml is saved, or --template FILE\n"
        ),
    )


def test_without_a_stack_the_definition_is_saved_and_children_are_mocks(run: Run, aws: Wire):
    Path("sfnorch.yaml").write_text("pattern: dynamic\n")  # another one
    Path("etl.yaml").write_text(MASTER_CHILD)
    assert run("render", "--plan", "etl.yaml", "--format", "cfn", "-o", "t.yaml").code == 0
    source = read_source(Path("t.yaml"))
    machine = evaluate_source(source, None, StackEnvironment(stack_name="etl", account="000000000000")).machines[0]
    assert machine.definition is not None
    histories = Histories("failed")
    histories.definitions = {"etl-master": machine.definition.data}
    aws.answer = histories.answer
    done = run("record", FAILED)
    assert (done.code, done.err) == (
        0,
        (
            "note: sfnorch.yaml has no state machine etl-master: the scenario runs what is deployed, which is saved beside"
            " it.\n"
            "Recorded 3 executions in failed-r1.sfntest.yaml, with etl-master.asl.json.\n"
            "Review it, then run it: sfnorch test failed-r1.sfntest.yaml\n"
        ),
    )
    text = Path("failed-r1.sfntest.yaml").read_text()
    assert (RECORDINGS / "definition.sfntest.yaml").read_text() == text
    assert "000000000000" not in text + Path("etl-master.asl.json").read_text()
    tested = run("test", "failed-r1.sfntest.yaml")
    assert tested.code == 0, tested.out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (
            ["--template", "other.asl.json"],
            0,
            "Recorded 3 executions",
        ),
        (["--template", "other.yaml"], 1, "Error: other.yaml has no state machine etl-master\n"),
        (["--template", "gone.yaml"], 1, "Error: The template gone.yaml does not exist"),
        (["-o", "x.json"], 2, "Error: -o x.json: the name must end in .sfntest.yaml"),
        (["-o", "gone/x.sfntest.yaml"], 1, "Error: gone/x.sfntest.yaml can't be written: No such file or directory"),
        (["--plan", "plan.yaml", "--template", "other.yaml"], 2, "Error: A template and --plan exclude each other"),
    ],
)
def test_templates_and_files_that_do_not_fit(run: Run, aws: Wire, arguments: list[str], code: int, says: str):
    Path("plan.yaml").write_text(MASTER_CHILD)
    Path("other.asl.json").write_text('{"StartAt": "x", "States": {"x": {"Type": "Succeed"}}}')
    Path("other.yaml").write_text("Resources: {}\n")
    aws.answer = Histories("failed").answer
    done = run("record", FAILED, *(arguments if "--template" in arguments else ["--plan", "plan.yaml", *arguments]))
    assert done.code == code
    assert says in done.err


def test_an_execution_that_has_not_ended_or_does_not_exist(run: Run, aws: Wire):
    Path("sfnorch.yaml").write_text(MASTER_CHILD)
    histories = Histories("failed")
    histories.runs[FAILED] = histories.runs[FAILED][:-1]
    aws.answer = histories.answer
    running = run("record", FAILED)
    assert (running.code, running.err.splitlines()[0]) == (1, "Error: The execution is still running")
    missing = run("record", f"{EXECUTION}:etl-master:gone")
    assert (missing.code, missing.err.splitlines()[0]) == (
        1,
        f"Error: The execution {EXECUTION}:etl-master:gone does not exist",
    )


def test_the_parameters_and_the_scheduled_time_of_a_run(run: Run, aws: Wire):
    Path("sfnorch.yaml").write_text(LOCKED)
    histories = Histories("overlap")
    arn = f"{EXECUTION}:locked-flow:first"
    begun = histories.runs[arn][0]["executionStartedEventDetails"]
    begun["input"] = json.dumps(
        {"params": {"day": "2026-11-01"}, "run": {"scheduledAt": "2026-11-29T03:00:00Z", "name": "late"}, "by": "hand"}
    )
    aws.answer = histories.answer
    done = run("record", arn, "-o", "-")
    assert done.code == 0
    assert (
        """\
scenarios:
  - name: 'first: load fails in flow'
    input:
      run:
        name: late
      by: hand
    params:
      day: '2026-11-01'
    at: '2026-11-29T03:00:00Z'
    given:
"""
        in done.out
    )
    Path("x.sfntest.yaml").write_text(done.out)
    tested = run("test", "x.sfntest.yaml")
    assert tested.code == 0, tested.out
    begun["input"] = json.dumps({"params": {"gone": 1}, "run": {"scheduledAt": "2026-11-29T03:00:00Z"}})
    changed = run("record", arn, "-o", "-").out
    assert "    input:\n      params:\n        gone: 1\n    at: '2026-11-29T03:00:00Z'\n" in changed
