"""`sfnorch simulate`, whole: what it prints, its exit codes, its JSON, for good and bad input."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conftest import Run

PLAN = "pattern: master-child\nname: etl\nchildren:\n- {name: orders, jobs: [a, b]}\n- {name: sales, jobs: [c]}\n"
CLEAN = """\
T+00s  master starts
T+00s  all 2 children start
T+05m  sales SUCCEEDED
T+10m  orders SUCCEEDED
T+10m  master: RunChildren completes
T+10m  master SUCCEEDED

       T+00s                         T+05m
master ███████████████████████████████████████████████████████████ 10m SUCCEEDED
orders ███████████████████████████████████████████████████████████ 10m SUCCEEDED
  a    ██████████████████████████████┊                             05m SUCCEEDED
  b                                  █████████████████████████████ 05m SUCCEEDED
sales  ██████████████████████████████┊                             05m SUCCEEDED
  c    ██████████████████████████████┊                             05m SUCCEEDED

master SUCCEEDED
orders SUCCEEDED
sales SUCCEEDED

wall time          10m
critical path      a → b
job runs           15m in all, at most 2 at once
state transitions  20, $0.000500 (us-east-1, November 2026; excluding Glue)
longest history    30 of 25,000 events
"""


@pytest.fixture
def plan(run: Run) -> Run:
    Path("sfnorch.yaml").write_text(PLAN)
    return run


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


@pytest.mark.smoke
def test_a_clean_run(plan: Run):
    done = plan("simulate")
    assert (done.code, done.err, lines(done.out)) == (0, "", lines(CLEAN))


def test_a_job_that_fails(plan: Run):
    done = plan("simulate", "--fail", "a", "--duration", "c=1h30m")
    assert (done.code, done.err) == (3, "")
    told = lines(done.out)
    assert told[:8] == [
        "T+00s    master starts",
        "T+00s    all 2 children start",
        "T+05m    orders: a FAILED: simulated failure (--fail)",
        "T+05m    alarm etl-orders-failed → ALARM: Job a of orders failed: simulated failure (--fail)",
        "T+05m    orders FAILED: GlueJobFailed",
        "T+1h30m  sales SUCCEEDED",
        "T+1h30m  master: RunChildren completes",
        "T+1h30m  master notifies etl-AlarmTopic: [dev] etl: 1 of 2 child workflows failed",
    ]
    assert "  orders: job a failed" in told
    assert told[-5] == "wall time          1h30m"


def test_the_same_for_every_seed_but_jitter(plan: Run):
    first = plan("simulate", "--throttle", "a:3", "--output", "json").out
    assert plan("simulate", "--throttle", "a:3", "--output", "json").out == first
    assert plan("simulate", "--throttle", "a:3", "--seed", "1", "--output", "json").out != first


def test_json(plan: Run):
    done = plan("simulate", "--fail", "a:1", "--output", "json", "--price", "1")
    data = json.loads(done.out)
    assert done.code == 3
    assert list(data) == [
        *("version", "executions", "events", "jobRuns", "messages", "alarms", "objects", "notes", "cutOff", "figures")
    ]
    assert [(row["title"], row["status"], row["started"], row["ended"]) for row in data["executions"]] == [
        ("master", "SUCCEEDED", 0.0, 300.0),
        ("orders", "FAILED", 0.0, 300.0),
        ("sales", "SUCCEEDED", 0.0, 300.0),
    ]
    assert {
        key: data["figures"][key] for key in ("seconds", "criticalPath", "transitions", "price", "peakJobRuns")
    } == {
        "seconds": 300.0,
        "criticalPath": ["c"],
        "transitions": 21,
        "price": 0.021,
        "peakJobRuns": 2,
    }
    assert data["events"][0] == {
        "at": 0.0,
        "what": "ExecutionStarted",
        "execution": data["executions"][0]["arn"],
        "machine": "master",
        "state": "",
        "detail": {"parent": ""},
    }
    assert [message["sender"] for message in data["messages"]] == ["alarm etl-orders-failed", "master"]
    assert [change["alarm"] for change in data["alarms"]] == ["etl-orders-failed", "etl-sales-failed"]


def test_lists_at_deploy_and_at_start(plan: Run):
    deploy = plan("simulate", "--parameter-overrides", "OrdersGlueJobs=x,y", "Environment=prod", "--output", "json")
    assert [run["job"] for run in json.loads(deploy.out)["jobRuns"]] == ["c", "x", "y"]
    given = '{"threads": [{"threadId": "T1", "glueJobs": ["q"]}, {"threadId": "T2", "skip": true}]}'
    Path("input.json").write_text(given)
    for text in (given, "@input.json"):
        start = plan("simulate", "--input", text, "--output", "json")
        assert [run["job"] for run in json.loads(start.out)["jobRuns"]] == ["q"]


def test_one_machine_and_an_input_that_it_refuses(plan: Run):
    done = plan("simulate", "--machine", "orders", "--input", '{"glueJobs": {"a": 1}}', "--output", "json")
    (execution,) = json.loads(done.out)["executions"]
    assert (done.code, execution["error"]) == (3, "InvalidInput")


@pytest.mark.parametrize(
    ("name", "begins"), [("run.svg", "<svg"), ("run.html", "<!DOCTYPE html>"), ("run.txt", "T+00s")]
)
def test_what_is_shown_is_saved(name: str, begins: str, plan: Run):
    assert plan("simulate", "--save", name).code == 0
    assert Path(name).read_text().startswith(begins)


def test_mocks_stand_in_for_what_is_not_played(run: Run):
    Path("t.yaml").write_text(
        "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n"
        "      Role: arn:aws:iam::123456789012:role/r\n      Definition:\n        QueryLanguage: JSONata\n"
        "        StartAt: Ask\n        States:\n          Ask: {Type: Task, Resource: 'arn:aws:states:::lambda:invoke', End: true}\n"
    )
    Path("marks.yaml").write_text(Path("t.yaml").read_text().replace("Ask", "A=b"))
    done = run("simulate", "marks.yaml", "--mock", 'A=b={"c": "d=e"}', "--output", "json")
    assert json.loads(done.out)["executions"][0]["output"] == {"c": "d=e"}
    done = run("simulate", "t.yaml")
    assert (done.code, done.out, done.err) == (
        1,
        "",
        (
            "Error: M-XXXXXXXXXXXX: Ask calls lambda:invoke, which cannot be simulated\n"
            "  specify its result: --mock 'Ask={\"Payload\": {}}'\n"
        ),
    )
    done = run("simulate", "t.yaml", "--mock", 'Ask={"answer": 42}', "--output", "json")
    assert (done.code, json.loads(done.out)["executions"][0]["output"]) == (0, {"answer": 42})


def test_objects_that_a_distributed_map_reads_and_writes(run: Run):
    Path("items.json").write_text(json.dumps([{"text": "x" * 1000}] * 10), encoding="utf-8")
    Path("t.yaml").write_text(
        "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n"
        "      Name: m\n      Role: arn:aws:iam::123456789012:role/r\n      Definition:\n        QueryLanguage: JSONata\n"
        "        StartAt: Each\n        States:\n          Each:\n            Type: Map\n            MaxConcurrency: 1\n"
        "            ItemReader: {Resource: 'arn:aws:states:::s3:getObject', ReaderConfig: {InputType: JSON},"
        " Arguments: {Bucket: b, Key: day=1/items.json}}\n"
        "            ResultWriter: {Resource: 'arn:aws:states:::s3:putObject', Arguments: {Bucket: b}}\n"
        "            ItemProcessor:\n              ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}\n"
        "              StartAt: W\n              States: {W: {Type: Wait, Seconds: 60, End: true}}\n            End: true\n",
        encoding="utf-8",
    )
    done = run("simulate", "t.yaml", "--object", "s3://b/day=1/items.json=items.json")
    assert done.code == 0, done.err
    assert "critical path      m/Each (10 times)" in done.out
    assert " more characters\n" in done.out
    assert max(map(len, done.out.splitlines())) < 4100


USAGES = {
    ("--fail", "d"): "--fail: unknown job 'd'",
    ("--fail", "aa:2", "--fail", "zzz"): "--fail: unknown job 'aa'; did you mean a?, and unknown job 'zzz'",
    ("--duration", "a"): "--duration a: expected JOB=DURATION, such as orders=15m.",
    ("--duration", "a=soon"): "--duration a=soon: 'soon' is not a duration; use a value such as 90s, 15m or 1h30m.",
    ("--throttle", "a"): "--throttle a: expected JOB:TIMES, such as orders:2.",
    ("--mock", "a"): "--mock a: expected STATE=JSON.",
    ("--mock", "RunChild3={}"): "--mock: unknown Task, Map or Parallel state 'RunChild3'; did you mean RunChild2?",
    ("--mock", "RunChild1={"): (
        "--mock RunChild1: invalid JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)."
    ),
    ("--object", "a"): "--object a: expected S3-URI=FILE, such as s3://bucket/items.csv=items.csv.",
    ("--object", "a=b"): "--object a: expected s3://BUCKET/KEY",
    ("--object", "s3://a/b=none.csv"): "--object s3://a/b: none.csv is not a file",
    ("--input", "["): (
        "--input: invalid JSON: Expecting value: line 1 column 2 (char 1); StartExecution rejects it with "
        "InvalidExecutionInput."
    ),
    ("--test-case", "A"): "--test-case requires a file of mocks.",
    ("--type", "EXPRES"): "Invalid value for '--type': 'EXPRES' is not one of 'standard', 'express'.",
    ("--substitution", "A"): "--substitution A: expected KEY=VALUE.",
    ("--substitution", "A=1", "--substitution", "A=2"): "--substitution: duplicate key A.",
    ("--input", "@none.json"): "--input: none.json can't be read: No such file or directory.",
    ("--save", "run.pdf"): "--save run.pdf: the name must end in .svg, .html, .txt.",
    ("--price", "nan"): "--price nan: expected the price of 1,000 state transitions in US dollars, such as 0.025.",
    ("--until", "0s"): "--until must be longer than 0s, such as 24h.",
    ("--price", "-1"): "--price -1.0: expected the price of 1,000 state transitions in US dollars, such as 0.025.",
    ("--input", '{"a": NaN}'): (
        "--input: invalid JSON: NaN is not a JSON number; StartExecution rejects it with InvalidExecutionInput."
    ),
    ("--input", '{"a": 1, "a": 2}'): (
        "--input: invalid JSON: duplicate key a; AWS does not document which of the values it uses."
    ),
    ("--input", "1e999"): "--input: invalid JSON: the number 1e999 is too large.",
    ("--input", "9" * 5000): "--input: invalid JSON: the number 99999999999999999999… has 5,000 digits.",
    ("--input", '{"a": ' + "[" * 20_000 + "]" * 20_000 + "}"): (
        "--input: invalid JSON: arrays or objects are nested too deeply."
    ),
    ("--parameter-overrides", "x"): "--parameter-overrides x: expected KEY=VALUE.",
}


@pytest.mark.parametrize("arguments", USAGES)
def test_wrong_usage(arguments: tuple[str, ...], plan: Run):
    done = plan("simulate", *arguments)
    assert (done.code, done.out, done.err.splitlines()[-1]) == (2, "", f"Error: {USAGES[arguments]}")


def test_parameters_that_the_template_does_not_take(plan: Run):
    done = plan("simulate", "--parameter-overrides", "OrdersGlueJob=a", "Environment=a b")
    assert (done.code, done.err) == (
        1,
        (
            "Error: unknown parameter OrdersGlueJob; did you mean OrdersGlueJobs?\n"
            "Error: Environment cannot be 'a b': 1 to 20 letters, digits, dots, dashes and underscores, beginning with a "
            "letter or a digit\n  set parameters with --parameter-overrides KEY=VALUE\n"
        ),
    )


def test_a_machine_that_never_ends(run: Run):
    Path("t.yaml").write_text(
        "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n      Name: loop\n"
        "      Role: arn:aws:iam::123456789012:role/r\n      Definition:\n        QueryLanguage: JSONata\n"
        "        StartAt: A\n        States:\n          A: {Type: Pass, Next: B}\n"
        "          B: {Type: Choice, Choices: [{Condition: false, Next: C}], Default: A}\n"
        "          C: {Type: Succeed}\n"
    )
    done = run("simulate", "t.yaml")
    assert done.code == 3
    assert "loop FAILED States.Runtime: The execution reached the maximum number of history events (25000)." in done.out


def test_names_with_marks_of_any_kind(run: Run):
    Path("sfnorch.yaml").write_text("pattern: dynamic\n")
    given = json.dumps({"glueJobs": ["x[/b]", "a[red]b:smile:", "k=v", "after"]})
    done = run("simulate", "--input", given, "--duration", "k=v=10m", "--fail", "k=v", "--fail", "after")
    assert (done.code, done.err) == (3, "")
    assert "critical path      x[/b] → a[red]b:smile: → k=v" in done.out


LOOP = "pattern: continuous\nworkflow: hourly\n"


@pytest.mark.smoke
def test_a_loop_is_played_for_an_hour_unless_told(run: Run, tmp_path: Path):
    (tmp_path / "sfnorch.yaml").write_text(LOOP)
    told = lines(run("simulate").out)
    assert told[:3] == ["T+00s  loop starts", "T+05m  loop starts", "T+05m  loop SUCCEEDED"]
    assert "T+1h   the simulation ends here, and the execution is still running; see --until" in told
    done = run("simulate", "--until", "7m")
    assert done.code == 0
    assert [line for line in lines(done.out) if "hourly" in line or line.startswith("loop ")][-4:] == [
        "  hourly                 ┊                ┊       ████████████████ 02m RUNNING",
        "loop SUCCEEDED",
        "loop RUNNING",
        "critical path      hourly",
    ]


FLOW = """\
pattern: flow
functions: [{name: greet, code: greet.py}]
steps:
- {name: greet, lambda: greet, save_as: greeting}
- name: record
  redshift_sql: {sql: 'insert into t values (:w)', parameters: {w: '{% $greeting.word %}'}, database: d, cluster: c}
- {name: keep, s3_object: {body: '{% $greeting %}'}}
"""


@pytest.mark.smoke
def test_a_flow_is_played_with_its_functions_own_code(run: Run, tmp_path: Path):
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "flow.yaml").write_text(FLOW)
    (tmp_path / "plans" / "greet.py").write_text(
        "def handler(event, context):\n    return {'word': event['to'] + '!'}\n"
    )
    done = run("simulate", "--plan", "plans/flow.yaml", "--input", '{"to": "you"}')
    assert (done.code, done.err) == (0, "")
    told = [re.sub(r"executions/\S+\.json", "executions/NAME.json", line) for line in lines(done.out)]
    begin = told.index("Statement record by flow, T+01s")
    assert told[begin : begin + 9] == [
        "Statement record by flow, T+01s",
        "  insert into t values (:w)",
        "  :w = you!",
        "",
        "Object by flow at s3://stack-results-xxxxxxxxxxxx/executions/NAME.json, T+06s",
        '  {"word":"you!"}',
        "",
        "flow SUCCEEDED",
        '  {"to": "you", "greeting": {"word": "you!"}}',
    ]


def test_the_code_of_a_named_template_is_run_when_told(run: Run, tmp_path: Path):
    (tmp_path / "sfnorch.yaml").write_text(FLOW)
    (tmp_path / "greet.py").write_text("def handler(event, context):\n    return {'word': 'you'}\n")
    assert run("render").code == 0
    done = run("simulate", "SAM-template.yaml")
    assert (done.code, done.err) == (
        1,
        (
            "Error: flow: greet would run code of the template: GreetFunction\n"
            "  --run-functions runs it in a separate process; --mock 'greet={\"Payload\": {}}' replaces it\n"
        ),
    )
    assert run("simulate", "SAM-template.yaml", "--run-functions").code == 0
    assert run("simulate", "SAM-template.yaml", "--mock", 'greet={"Payload": {"word": "me"}}').code == 0


def test_the_stack_has_the_name_with_which_it_is_deployed(plan: Run):
    def alarm(*arguments: str) -> str:
        data = json.loads(plan("simulate", "--fail", "a", *arguments, "--output", "json").out)
        return data["alarms"][0]["alarm"]

    assert alarm() == "etl-orders-failed"
    assert alarm("--stack-name", "etl-dev") == "etl-dev-orders-failed"
    Path("sfnorch.yaml").write_text(Path("sfnorch.yaml").read_text().replace("name: etl\n", "", 1))
    assert alarm() == "stack-orders-failed"
    wrong = plan("simulate", "--stack-name", "9 lives")
    assert (wrong.code, wrong.out) == (2, "")


OVERLAP = """\
pattern: flow
name: etl
overlap: skip
steps:
- {name: load, glue_job: load}
"""


def test_a_second_run_is_skipped(run: Run):
    Path("sfnorch.yaml").write_text(OVERLAP)
    done = run("simulate", "--second-run", "2m")
    shown = lines(done.out)
    assert (done.code, done.err) == (0, "")
    assert shown[:5] == [
        "T+00s  flow starts",
        "T+00s  run 2026-01-01-90f16352, date 2026-01-01",
        "T+02m  flow (second run) starts",
        "T+02m  flow (second run) SKIPPED: flow is running",
        "T+05m  flow SUCCEEDED",
    ]
    assert "flow (second run) SKIPPED, flow was running" in shown


def test_a_second_run_waits(run: Run):
    Path("sfnorch.yaml").write_text(OVERLAP.replace("skip", "wait"))
    shown = lines(run("simulate", "--second-run", "2m").out)
    assert shown[2:5] == [
        "T+02m  flow (second run) starts",
        "T+02m  flow (second run) waits until the other run has ended",
        "T+05m  flow SUCCEEDED",
    ]
    assert shown[5].endswith("flow (second run) SUCCEEDED")


def test_a_second_run_that_fails_has_the_exit_code_of_a_failure(run: Run):
    Path("sfnorch.yaml").write_text(OVERLAP.replace("skip", "fail"))
    done = run("simulate", "--second-run", "2m", "--output", "json")
    first, second = json.loads(done.out)["executions"]
    assert (done.code, first["status"], second["status"], second["error"]) == (
        3,
        "SUCCEEDED",
        "FAILED",
        "AlreadyRunning",
    )
    (change,) = json.loads(done.out)["alarms"][:1]
    assert change["reason"] == "Threshold Crossed: ExecutionsFailed of flow is 1"
    assert (second["title"], second["parent"], second["started"]) == ("flow (second run)", "", 120)


def test_a_run_that_was_stopped_does_not_block_the_second_one(run: Run):
    Path("sfnorch.yaml").write_text(OVERLAP)
    done = run("simulate", "--stop-after", "1m", "--second-run", "2m")
    shown = lines(done.out)
    assert done.code == 3
    assert shown[2:4] == ["T+01m  flow: load STOPPED", "T+01m  flow ABORTED"]
    assert "flow (second run) SUCCEEDED" in shown


def test_a_second_run_needs_no_lock(plan: Run):
    done = plan("simulate", "--second-run", "20m")
    assert done.code == 0
    assert lines(done.out)[6:8] == ["T+20m  master (second run) starts", "T+20m  all 2 children start"]


def test_stopping_after_the_end_changes_nothing(plan: Run):
    done = plan("simulate", "--stop-after", "1h")
    assert (done.code, lines(done.out)[-6:-4]) == (0, ["", "wall time          10m"])
