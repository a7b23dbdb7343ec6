"""The exported DAGs run by a real Airflow, AWS answered by a stub: what fails, what goes on, what is told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

pytest.importorskip("airflow", reason="Airflow has an environment of its own: make test-airflow")

from tests.airflow.aws import Aws
from tests.airflow.runs import Ended, ended, loaded
from tests.airflow.test_dags import CHAINS

NAME = "master-step-function-stack"
LOGS = (
    "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/"
    "$252Faws-glue$252Fjobs-etl-kms$252Ferror$3FlogStreamNameFilter$3D"
)
FAULT = "Command failed with exit code 1"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:told"


def test_a_failing_job_leaves_the_other_children_running_and_is_told_by_name(dags: Path, aws: Aws) -> None:
    dag = loaded(dags / "five_children_dag.py")
    aws.begin({"glue-job-2-b": FAULT}, busy={"glue-job-1-a": 3})

    run = ended(dag)

    states = {job: "success" for chain in CHAINS for job in chain}
    states |= dict.fromkeys(CHAINS[1][2:], "upstream_failed") | {"child-2.glue-job-2-b": "failed"}
    assert run == Ended("success", {**states, "outcomes": "success", "notify": "success", "done": "success"})
    number = [job["JobName"] for job in aws.called("StartJobRun")].index("glue-job-2-b") + 1
    assert _told(aws) == [
        (
            f"[dev] {NAME}: 1 of 5 child workflows failed",
            (
                f"1 of 5 child workflows failed in {NAME} (dev).\n\nchild-2: glue-job-2-b failed\n  {FAULT}\n"
                f"  Job run: jr_{number}\n  Logs: {LOGS}jr_{number}\n\n{_resume(NAME)}"
            ),
        )
    ]
    assert [job for job in _started(aws) if job.startswith("glue-job-2")] == ["glue-job-2-a", "glue-job-2-b"]
    assert _attributes(aws) == [{"status": ("String", "FAILED"), "failedChildren": ("String.Array", '["child-2"]')}]


def test_nobody_is_told_where_nothing_failed_and_a_run_may_name_the_jobs(dags: Path, aws: Aws) -> None:
    dag = loaded(dags / "five_children_dag.py")
    aws.begin({})

    run = ended(dag, {"child-1_jobs": ["glue-job-1-d", "glue-job-1-b"], **{f"child-{n}_jobs": [] for n in range(2, 6)}})

    states = {job: "skipped" for chain in CHAINS for job in chain}
    states |= {"child-1.glue-job-1-b": "success", "child-1.glue-job-1-d": "success"}
    assert run == Ended("success", {**states, "outcomes": "success", "notify": "skipped", "done": "success"})
    assert (_started(aws), _told(aws)) == (["glue-job-1-b", "glue-job-1-d"], [])


def test_a_run_fails_where_the_plan_says_so_once_a_job_has_had_its_tries(dags: Path, aws: Aws) -> None:
    dag = loaded(dags / "all_settings_dag.py")
    aws.begin({"clean-orders": [FAULT, FAULT, FAULT]})

    run = ended(dag)

    later = ("clean-orders_2", "Done", "Done_2", "a_job_with_odd_names")
    assert run == Ended(
        "failed",
        {
            "orders.extract-orders": "success",
            "orders.clean-orders": "failed",
            **{f"orders.{job}": "upstream_failed" for job in later},
            **{f"Long.{'x' * 92}-{number}": "success" for number in (1, 2)},
            "outcomes": "success",
            "notify": "success",
            "done": "failed",
        },
    )
    assert [job for job in _started(aws) if len(job) < 50] == ["extract-orders", *["clean-orders"] * 3]
    ((subject, _),) = _told(aws)
    assert subject == "[prod] nightly etl: 1 of 2 child workflows failed"


def test_the_jobs_of_a_list_run_one_after_another_each_as_the_plan_sets_it(dags: Path, aws: Aws) -> None:
    dag = loaded(dags / "dynamic_goes_on_dag.py")
    aws.begin({"a {{ job }}": FAULT, "clean-orders": [FAULT, None]})

    run = ended(dag, {"glue_jobs": ["plain", "clean-orders", "a {{ job }}", "plain"]})

    states = {"job_1": "success", "job_2": "success", "job_3": "failed", "job_4": "success"}
    states |= {f"job_{number}": "skipped" for number in range(5, 26)}
    assert run == Ended("failed", {**states, "outcomes": "success", "notify": "success", "done": "failed"})
    started = [(call["JobName"], call.get("Timeout"), _own(call["Arguments"])) for call in aws.called("StartJobRun")]
    assert started == [
        ("plain", None, {}),
        ("clean-orders", 5, {"--mode": "full"}),
        ("clean-orders", 5, {"--mode": "full"}),
        ("a {{ job }}", None, {}),
        ("plain", None, {}),
    ]
    ((subject, message),) = _told(aws)
    assert subject == "[dev] on demand: 1 of 4 jobs failed"
    assert message == (
        f"1 of 4 jobs failed in on demand (dev).\n\njob_3: a {{{{ job }}}} failed\n  {FAULT}\n"
        f"  Job run: jr_4\n  Logs: {LOGS}jr_4\n\n{_resume('on_demand')}"
    )


def test_a_run_without_jobs_is_refused(dags: Path, aws: Aws) -> None:
    dag = loaded(dags / "dynamic_goes_on_dag.py")
    aws.begin({})

    with pytest.raises(Exception, match=r"Invalid input for param glue_jobs: \[\]"):
        ended(dag, {"glue_jobs": []})
    assert aws.calls == []


def test_what_needs_a_failed_task_is_not_run_and_all_else_is(dags: Path, aws: Aws) -> None:
    dag = loaded(dags / "tasks_dag.py")
    aws.begin({"extract-orders": FAULT})

    run = ended(dag)

    succeeded = dict.fromkeys(("prices", "check", "elsewhere_1", "2", "outcomes", "notify"), "success")
    blocked = dict.fromkeys(("facts", "publish"), "upstream_failed")
    assert run == Ended("failed", {**succeeded, **blocked, "orders": "failed", "done": "failed"})
    assert aws.called("Invoke") == [
        ("check-prices?Qualifier=live", {"level": 3}),
        ("arn:aws:lambda:eu-central-1:123456789012:function:told", {}),
    ]
    assert [call["stateMachineArn"] for call in aws.called("StartExecution")] == [
        "arn:aws:states:eu-central-1:123456789012:stateMachine:archive"
    ]
    ((_, message),) = _told(aws)
    assert message.startswith("1 of 7 tasks failed in nightly tasks (prod).\n\norders: extract-orders failed\n")
    assert message.endswith(f"Not run, because a needed task failed: publish, facts\n\n{_resume('nightly_tasks')}")


def test_steps_read_what_others_left(dags: Path, aws: Aws) -> None:
    dag = loaded(dags / "flow_dag.py")
    aws.begin({})

    run = ended(dag, {"day": "2026-11-27"})

    assert run == Ended("success", {task.task_id: "success" for task in dag.tasks})
    clean = {"count": 2, "orders": [{"id": "o-1"}, {"id": "o-2"}]}
    profile = "arn:aws:lambda:us-east-1:123456789012:function:profile?Qualifier=live"
    invoked = aws.called("Invoke")
    assert invoked[0] == ("etl-clean-orders", {"day": "2026-11-27"})
    assert sorted(invoked[1:], key=str) == [
        (profile, {"table": "orders", "whole": {"table": "orders"}}),
        (profile, {"table": "prices", "whole": {"table": "prices", "rows": [1, 2]}}),
    ]
    (job,) = aws.called("StartJobRun")
    assert {**job, "Arguments": _own(job["Arguments"])} == {
        "JobName": "load {{ orders }}",
        "Arguments": {
            "--day": "2026-11-27",
            "--first": "o-1",
            "--whole": '{"id": "o-2"}',
            "--text": 'it\'s "{{ not }}" a template',
        },
        "WorkerType": "G.1X",
        "NumberOfWorkers": 10,
        "ExecutionClass": "FLEX",
        "Timeout": 90,
        "SecurityConfiguration": "encrypted",
        "JobRunQueuingEnabled": False,
    }
    (machine,) = aws.called("StartExecution")
    given = json.loads(machine["input"])
    name = given.pop("run")
    assert machine["stateMachineArn"] == "arn:aws:states:eu-west-1:123456789012:stateMachine:publish"
    assert given == {"day": "2026-11-27", "all": clean, "full": True}
    (statement,) = aws.called("ExecuteStatement")
    assert statement["Parameters"] == [{"name": "run", "value": "jr_1"}, {"name": "job", "value": "load {{ orders }}"}]
    (first, body), (second, whole) = aws.called("PutObject")
    assert (first, json.loads(_chunk(body))) == (
        f"/our-results/executions/{name}",
        {"first": {"id": "o-1"}, "day": "2026-11-27"},
    )
    assert second == f"/results/executions/{name}.json"
    assert json.loads(_chunk(whole)) == {
        "day": "2026-11-27",
        "clean": clean,
    }
    assert _told(aws) == [
        ("orders", "2"),
        ("[prod] orders flow: 0 of 7 steps failed", "0 of 7 steps failed in orders flow (prod)."),
    ]


def _resume(dag_id: str) -> str:
    """The last line of a message, the run's own id in a fixed form."""
    return (
        f"Resume: in Airflow, clear the failed tasks of the run RUN of the DAG {dag_id}, "
        "with the tasks that follow them (Downstream)."
    )


def _started(aws: Aws) -> list[str]:
    return [call["JobName"] for call in aws.called("StartJobRun")]


def _told(aws: Aws) -> list[tuple[str, str]]:
    told = aws.called("Publish")
    assert {call["TargetArn"] for call in told} <= {TOPIC}
    messages = [(call["Subject"], json.loads(call["Message"])["default"]) for call in told]
    return [(subject, re.sub("(?<= run )manual__[^ ]+", "RUN", message)) for subject, message in messages]


def _attributes(aws: Aws) -> list[dict[str, tuple[str, str]]]:
    """The attributes of each message: their types and values, by name."""
    found = []
    for call in aws.called("Publish"):
        entries = [key.removesuffix(".Name") for key in call if key.endswith(".Name")]
        found.append(
            {call[f"{e}.Name"]: (call[f"{e}.Value.DataType"], call[f"{e}.Value.StringValue"]) for e in entries}
        )
    return found


def _own(arguments: dict[str, str]) -> dict[str, str]:
    """The arguments without the one by which newer providers find a run again."""
    return {key: value for key, value in arguments.items() if key != "--airflow_task_uuid"}


def _chunk(body: str) -> str:
    """The content of a body that may be sent in chunks, with a checksum behind it."""
    return next(line for line in body.splitlines() if line.startswith("{"))
