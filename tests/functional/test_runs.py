"""`sfnorch run`, `watch`, `resume` and `stop`, whole: a stack in an emulator, and runs as they were recorded."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Outcome, Run
from tests.functional.test_follow import FAILURE, LINES, TREE
from tests.ministack import REGION, Account, small_template
from tests.replay import Replay
from tests.screens import plain, plain_tree
from tests.wire import Answer, Fault, Wire, json_answer, json_error

PLAN = """\
pattern: master-child
name: etl
children:
- {name: orders, jobs: [extract-orders, clean-orders]}
- {name: sales, jobs: [extract-sales, sum-sales]}
"""
DYNAMIC = "pattern: dynamic\n"
ROOT = "arn:aws:states:us-east-1:000000000000:execution:etl-master"


class Machines:
    """Answers for Step Functions and Glue: executions are recorded ones, in the order of `starts`."""

    def __init__(self, account: Account, *starts: str) -> None:
        self.account = account
        self.starts = [Replay.of(name) for name in starts]
        self.replays = Replay.of("clean", "failed", "resumed", "dynamic")
        self.polls: dict[str, int] = {}
        self.started: list[tuple[str, str, Any]] = []
        self.stopped: list[str] = []
        self.running: set[str] = set()
        """Executions that are told as they were at their beginning."""

    def answer(self, operation: str, body: bytes) -> Answer | None:
        handler = getattr(self, f"_{operation}", None)
        return handler(json.loads(body)) if handler else None

    def _StartExecution(self, asked: Any) -> Answer:  # noqa: N802
        name = asked["name"]
        if any(name == before for _, before, _ in self.started):
            return json_error("ExecutionAlreadyExists", "Execution Already Exists")
        self.started.append((asked["stateMachineArn"].rpartition(":")[2], name, json.loads(asked["input"])))
        arn = self.starts.pop(0).roots[0]
        return json_answer({"executionArn": arn, "startDate": 0})

    def _GetExecutionHistory(self, asked: Any) -> Answer:  # noqa: N802
        arn = asked["executionArn"]
        events = self.replays.runs[arn]
        if arn in self.running:
            events = [event for event in events if event["timestamp"] < events[0]["timestamp"] + 0.5]
        if asked.get("reverseOrder"):
            events = events[::-1]
        return json_answer({"events": events})

    def _DescribeExecution(self, asked: Any) -> Answer:  # noqa: N802
        arn = asked["executionArn"]
        if arn not in self.replays.runs:
            return json_error("ExecutionDoesNotExist", "Execution Does Not Exist")
        machine = arn.rpartition(":")[0].replace(":execution:", ":stateMachine:")
        status = "RUNNING" if arn in self.running else "SUCCEEDED"
        row = {"executionArn": arn, "name": arn.rpartition(":")[2], "stateMachineArn": machine, "status": status,
               "startDate": 0, "input": "{}"}  # fmt: skip
        return json_answer(row)

    def _DescribeStateMachine(self, asked: Any) -> Answer:  # noqa: N802
        name = asked["stateMachineArn"].rpartition(":")[2]
        client = self.account.client("stepfunctions")
        arn = next(m["stateMachineArn"] for m in client.list_state_machines()["stateMachines"] if m["name"] == name)
        definition = client.describe_state_machine(stateMachineArn=arn)["definition"]
        row = {"stateMachineArn": arn, "name": name, "definition": definition, "roleArn": "arn:aws:iam::0:role/r",
               "type": "STANDARD", "creationDate": 0}  # fmt: skip
        return json_answer(row)

    def _StopExecution(self, asked: Any) -> Answer:  # noqa: N802
        arn = asked["executionArn"]
        self.stopped.append(arn)
        events = self.replays.runs[arn]
        events = [event for event in events if event["timestamp"] < events[0]["timestamp"] + 0.5]
        end = {"type": "ExecutionAborted", "id": events[-1]["id"] + 1, "previousEventId": 0,
               "timestamp": events[-1]["timestamp"], "executionAbortedEventDetails": {"cause": asked["cause"]}}  # fmt: skip
        self.replays.runs[arn] = [*events, end]
        self.running.discard(arn)
        return json_answer({"stopDate": 0})

    def _GetJobRun(self, asked: Any) -> Answer:  # noqa: N802
        state = "STOPPED" if asked["RunId"] in self.stopped else "RUNNING"
        return json_answer({"JobRun": {"Id": asked["RunId"], "JobRunState": state}})

    def _BatchStopJobRun(self, asked: Any) -> Answer:  # noqa: N802
        self.stopped += asked["JobRunIds"]
        rows = [{"JobName": asked["JobName"], "JobRunId": run_id} for run_id in asked["JobRunIds"]]
        return json_answer({"SuccessfulSubmissions": rows})


@pytest.fixture
def stacks(run: Run, account: Account, wire: Wire) -> Run:
    """Two stacks in an empty account: `etl`, a master with two children, and `dyn`."""
    for name, plan in (("etl", PLAN), ("dyn", DYNAMIC)):
        body = small_template(plan)
        account.client("cloudformation").create_stack(
            StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_IAM"]
        )
        account.client("cloudformation").get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 6000}
        )

    def command(name: str, *arguments: str) -> Outcome:
        done = run(name, *arguments)
        return Outcome(code=done.code, out=plain(done.out), err=plain(done.err))

    return command


@pytest.mark.smoke
def test_a_run_of_the_master(stacks: Run, wire: Wire, account: Account):
    machines = Machines(account, "failed")
    wire.answer = machines.answer
    done = stacks("run", "--stack-name", "etl", "--name", "tonight")
    assert (done.code, plain_tree(done.out), done.err) == (3, TREE + FAILURE, LINES)
    assert machines.started == [("etl-master", "tonight", {})]


def test_the_command_that_resumes_has_the_options_of_the_run(stacks: Run, wire: Wire, account: Account):
    wire.answer = Machines(account, "failed").answer
    done = stacks("run", "--stack-name", "etl", "--region", REGION)
    assert done.out.splitlines()[-1] == f"Resume: sfnorch resume failed-r1 --stack-name etl --region {REGION}"
    shown = stacks("watch", f"{ROOT}:failed-r1", "--stack-name", "other")
    assert shown.out.splitlines()[-1] == f"Resume: sfnorch resume {ROOT}:failed-r1".replace("000000000000", "ACCOUNT")


@pytest.mark.parametrize(
    ("arguments", "threads"),
    [
        (["--thread", "T1=a,b"], [{"threadId": "T1", "child": "orders", "glueJobs": ["a", "b"]}]),
        (["--thread", "T2=a"], [{"threadId": "T2", "child": "sales", "glueJobs": ["a"]}]),
        (["--thread", "sales=a"], [{"threadId": "sales", "child": "sales", "glueJobs": ["a"]}]),
        (
            ["--thread", "T1=a", "--thread", "T2= b , c"],
            [
                {"threadId": "T1", "child": "orders", "glueJobs": ["a"]},
                {"threadId": "T2", "child": "sales", "glueJobs": ["b", "c"]},
            ],
        ),
        (
            ["--thread", "morning=a", "--thread", "evening=b"],
            [
                {"threadId": "morning", "child": "orders", "glueJobs": ["a"]},
                {"threadId": "evening", "child": "sales", "glueJobs": ["b"]},
            ],
        ),
        (["--only", "sales"], [{"threadId": "T1", "child": "orders", "skip": True}]),
        (
            ["--only", "sales", "--thread", "T2=a"],
            [
                {"threadId": "T1", "child": "orders", "skip": True},
                {"threadId": "T2", "child": "sales", "glueJobs": ["a"]},
            ],
        ),
    ],
)
def test_what_a_master_is_started_with(
    stacks: Run, wire: Wire, account: Account, arguments: list[str], threads: list[Any]
):
    machines = Machines(account, "clean")
    wire.answer = machines.answer
    done = stacks("run", "--stack-name", "etl", "--no-wait", *arguments)
    assert (done.code, done.out) == (0, f"{ROOT}:clean-r1\n".replace("000000000000", "ACCOUNT"))
    assert [document for _, _, document in machines.started] == [{"threads": threads}]


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (["--only", "sale"], 1, "Error: unknown child 'sale'; did you mean sales?\n"),
        (["--thread", "T1=a", "--thread", "orders=b"], 1, "Error: T1 and orders are both for orders\n"),
        (["--thread", "T1=a", "--only", "sales"], 1, "Error: T1 is for orders, which --only leaves out\n"),
        (
            ["--thread", "sale=a", "--thread", "T3=b", "--thread", "x=c"],
            1,
            ("Error: unknown thread 'sale'; did you mean sales?\n"
            "Error: unknown thread 'T3'; available: T1, T2, orders, sales\n"
            "Error: unknown thread 'x'; available: T1, T2, orders, sales\n"),
        ),
        (["--machine", "nobody"], 1,
         "Error: The stack etl has no state machine 'nobody'\n  available: master, orders, sales\n"),
        (["--machine", "orders", "--only", "sales"], 2, "Error: --only: the state machine orders has no children.\n"),
        (["--thread", "T1"], 2, "Error: Invalid value for '--thread': 'T1' is not of the form THREAD=JOB[,JOB...]\n"),
        (["--thread", "T1=a", "--thread", "T1=b"], 2, "Error: --thread: duplicate ID of a thread; use each ID once.\n"),
        (["--thread", "T1=a", "--input", "{}"], 2, "Error: --input cannot be combined with --thread or --only.\n"),
        (["--name", "a b"], 2,
         "Error: Invalid value for '--name': 'a b' is not a valid name; use 1 to 80 letters, digits, hyphens and underscores.\n"),
        (["--timeout", "soon"], 2,
         "Error: Invalid value for '--timeout': 'soon' is not a duration; use a value such as 90s, 15m or 2h\n"),
        (["--input", "[1]"], 2,
         'Error: --input: expected a JSON object, such as {"threads": []}.\n'),
    ],
)  # fmt: skip
def test_what_is_not_started(stacks: Run, wire: Wire, account: Account, arguments: list[str], code: int, error: str):
    machines = Machines(account)
    wire.answer = machines.answer
    done = stacks("run", "--stack-name", "etl", *arguments)
    assert (done.code, done.out, done.err[-len(error) :], machines.started) == (code, "", error, [])


def test_one_execution_for_each_thread(stacks: Run, wire: Wire, account: Account):
    machines = Machines(account, "dynamic", "dynamic")
    wire.answer = machines.answer
    done = stacks("run", "--stack-name", "dyn", "--thread", "A=a,b", "--thread", "B é=c", "--name", "n", "--no-wait")
    assert done.code == 0
    assert machines.started == [
        ("dyn-jobs", "n-1-A", {"threadId": "A", "glueJobs": ["a", "b"]}),
        ("dyn-jobs", "n-2-B__", {"threadId": "B é", "glueJobs": ["c"]}),
    ]
    nothing = stacks("run", "--stack-name", "dyn")
    assert (nothing.code, nothing.err) == (
        1,
        "Error: The state machine jobs requires a list of jobs\n  pass one with --thread T1=JOB[,JOB...]\n",
    )


@pytest.mark.smoke
def test_watch_shows_a_run_that_has_ended(stacks: Run, wire: Wire, account: Account):
    wire.answer = Machines(account).answer
    done = stacks("watch", f"{ROOT}:failed-r1", "--stack-name", "etl")
    assert (done.code, plain_tree(done.out), done.err) == (3, TREE + FAILURE, LINES)
    gone = stacks("watch", f"{ROOT}:nobody")
    assert (gone.code, gone.out, gone.err) == (
        1,
        "",
        (
            "Error: The execution arn:aws:states:us-east-1:ACCOUNT:execution:etl-master:nobody does not exist\n"
            "  AWS keeps executions for 90 days; `sfnorch status` lists recent ones, `sfnorch run` starts one\n"
        ),
    )


@pytest.mark.smoke
def test_resume_runs_what_is_left(stacks: Run, wire: Wire, account: Account):
    machines = Machines(account, "resumed")
    wire.answer = machines.answer
    done = stacks("resume", f"{ROOT}:failed-r1", "--stack-name", "etl", "--yes", "--no-wait")
    assert (done.code, done.err.splitlines()[:2]) == (0, ["sales: extract-sales → sum-sales", "skipped: orders"])
    assert [(machine, document) for machine, _, document in machines.started] == [
        (
            "etl-master",
            {
                "threads": [
                    {"threadId": "T1", "child": "orders", "skip": True},
                    {"threadId": "T2", "child": "sales", "glueJobs": ["extract-sales", "sum-sales"]},
                ]
            },
        )
    ]
    again = stacks("resume", f"{ROOT}:failed-r1", "--stack-name", "etl", "--yes")
    name = machines.started[0][1]
    assert (again.code, again.err.splitlines()[-2:]) == (
        1,
        [
            f"Error: The execution is already resumed by {ROOT}:{name}".replace("000000000000", "ACCOUNT"),
            f"  resume that one with `sfnorch resume {ROOT}:{name}`".replace("000000000000", "ACCOUNT"),
        ],
    )


def test_a_resumed_run_is_saved(
    stacks: Run, wire: Wire, account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    wire.answer = Machines(account, "resumed").answer
    done = stacks("resume", f"{ROOT}:failed-r1", "--stack-name", "etl", "--yes", "--save", "run.html")
    assert done.code == 0, done.err
    page = Path("run.html").read_text()
    assert "<h1>Execution resumed-r1 of etl-master</h1>" in page
    assert "extract-sales" in page


def test_a_resumed_run_that_is_not_followed_is_not_saved(run: Run):
    done = run("resume", "x", "--stack-name", "etl", "--no-wait", "--save", "run.html")
    assert (done.code, done.err.splitlines()[-1]) == (
        2,
        "Error: --save cannot be combined with --no-wait: the run is saved when it has ended.",
    )


def test_resume_of_an_execution_without_children(stacks: Run, wire: Wire, account: Account):
    machines = Machines(account, "dynamic")
    wire.answer = machines.answer
    arn = f"{ROOT.replace('etl-master', 'dyn-jobs')}:dynamic-r1"
    assert stacks("resume", arn, "--yes", "--no-wait", "--output", "json").code == 0
    assert machines.started[0][2] == {"threadId": "T1", "glueJobs": ["extract-sales", "report"]}


@pytest.mark.parametrize(
    ("execution", "running", "error"),
    [
        ("clean-r1", False, "Error: Nothing failed\n  `sfnorch run` starts a new run\n"),
        (
            "failed-r1",
            True,
            "Error: The execution is still running\n  `sfnorch watch` follows it, `sfnorch stop` ends it\n",
        ),
        (
            "nobody",
            False,
            (
                "Error: The execution arn:aws:states:us-east-1:ACCOUNT:execution:etl-master:nobody does not exist\n"
                "  AWS keeps executions for 90 days; `sfnorch status` lists recent ones, `sfnorch run` starts one\n"
            ),
        ),
    ],
)
def test_what_is_not_resumed(stacks: Run, wire: Wire, account: Account, execution: str, running: bool, error: str):
    machines = Machines(account)
    machines.running = {f"{ROOT}:{execution}"} if running else set()
    wire.answer = machines.answer
    done = stacks("resume", f"{ROOT}:{execution}", "--yes")
    assert (done.code, done.out, done.err, machines.started) == (1, "", error, [])
    unasked = stacks("resume", f"{ROOT}:{execution}")
    assert (unasked.code, unasked.err.splitlines()[-1]) == (
        2,
        "Error: No terminal for prompts; pass --yes to resume.",
    )


@pytest.mark.smoke
def test_stop_stops_all(stacks: Run, wire: Wire, account: Account):
    machines = Machines(account)
    machines.running = {arn for arn in machines.replays.runs if "etl-" in arn}
    wire.answer = machines.answer
    done = stacks("stop", f"{ROOT}:failed-r1", "--output", "json")
    document = json.loads(done.out)
    assert done.code == 0
    assert [arn.split(":")[6] for arn in document["executions"]] == ["etl-master", "etl-orders", "etl-sales"]
    assert document["jobRuns"] == [
        {"job": "extract-orders", "runId": "jr_ID"},
        {"job": "extract-sales", "runId": "jr_ID"},
    ]
    assert (len(machines.stopped), document["failed"]) == (5, [])
    again = stacks("stop", f"{ROOT}:failed-r1")
    assert (again.code, again.out, again.err) == (0, "", "The execution has already ended: nothing was stopped.\n")


def test_status_tells_the_last_executions_and_alarms(stacks: Run, account: Account):
    assert stacks("status", "--stack-name", "etl").out == (
        "etl  CREATE_COMPLETE  DATE TIME\n"
        "\n"
        "MACHINE  LAST EXECUTION  STATUS  STARTED  TOOK\n"
        "master   none yet\n"
        "orders   none yet\n"
        "sales    none yet\n"
        "\n"
        "ALARM          STATE              SINCE\n"
        "master-failed  INSUFFICIENT_DATA  DATE TIME\n"
        "orders-failed  INSUFFICIENT_DATA  DATE TIME\n"
        "sales-failed   INSUFFICIENT_DATA  DATE TIME\n"
    )


@pytest.mark.parametrize("command", ["watch", "stop", "resume"])
def test_an_execution_that_is_given_as_nothing(stacks: Run, wire: Wire, account: Account, command: str):
    machines = Machines(account)
    wire.answer = machines.answer
    done = stacks(command, "", "--stack-name", "etl", *(["--yes"] if command == "resume" else []))
    assert (done.code, done.err.splitlines()[-1]) == (
        2,
        (
            f"Error: Invalid value for '{'EXECUTION' if command == 'stop' else '[EXECUTION]'}': "
            "the value is empty; pass the ARN or the name of an execution."
        ),
    )
    assert (machines.started, machines.stopped) == ([], [])


def test_a_machine_that_is_run_as_planned(stacks: Run, wire: Wire, account: Account):
    machines = Machines(account, "clean")
    wire.answer = machines.answer
    assert stacks("run", "--stack-name", "etl", "--machine", "orders", "--no-wait").code == 0
    assert [(name, document) for name, _, document in machines.started] == [("etl-orders", {})]


def test_a_start_whose_answer_is_lost_is_made_again_by_the_same_name(stacks: Run, wire: Wire, account: Account):
    machines = Machines(account, "clean")
    wire.answer = machines.answer
    wire.faults = [Fault("StartExecution", None)]
    assert stacks("run", "--stack-name", "etl", "--no-wait").code == 0
    assert (wire.calls.count("StartExecution"), len(machines.started)) == (2, 1)


def test_what_was_started_is_told_where_another_was_not(stacks: Run, wire: Wire, account: Account):
    machines = Machines(account, "dynamic")
    wire.answer = machines.answer
    wire.faults = [Fault("StartExecution", json_error("StateMachineDeleting", "it is going"), after=1)]
    done = stacks("run", "--stack-name", "dyn", "--thread", "A=a", "--thread", "B=b")
    assert (done.code, done.out, done.err) == (
        1,
        "",
        (
            "Error: StartExecution: it is going (StateMachineDeleting)\n"
            "Error: started before that: arn:aws:states:us-east-1:ACCOUNT:execution:dyn-jobs:dynamic-r1\n"
        ),
    )


def test_stop_goes_on_where_glue_can_not_be_asked(stacks: Run, wire: Wire, account: Account):
    machines = Machines(account)
    machines.running = {arn for arn in machines.replays.runs if "etl-" in arn}
    wire.answer = machines.answer
    wire.faults = [Fault("GetJobRun", json_error("AccessDeniedException", "not yours"))]
    done = stacks("stop", f"{ROOT}:failed-r1")
    assert done.code == 1
    assert done.err == (
        "Error: extract-orders jr_ID: GetJobRun: not yours (AccessDeniedException)\n"
        "  check what is still running with `sfnorch watch`\n"
    )
    assert done.out.splitlines()[-1] == "stopped the job run jr_ID of extract-sales"
    again = stacks("stop", f"{ROOT}:failed-r1")
    assert (again.code, again.out) == (0, "stopped the job run jr_ID of extract-orders\n")


def test_a_child_whose_machine_is_gone_is_told_as_the_master_told_it(stacks: Run, wire: Wire, account: Account):
    machines = Machines(account, "resumed")
    wire.answer = machines.answer
    sales = next(
        arn for arn in machines.replays.runs if ":etl-sales:" in arn and "FAILED" in str(machines.replays.runs[arn])
    )

    def answer(operation: str, body: bytes) -> Answer | None:
        if operation == "GetExecutionHistory" and json.loads(body)["executionArn"] == sales:
            return json_error("ExecutionDoesNotExist", "Execution Does Not Exist")
        return machines.answer(operation, body)

    wire.answer = answer
    done = stacks("watch", f"{ROOT}:failed-r1", "--stack-name", "etl")
    assert (done.code, re.sub(" +", " ", plain_tree(done.out).splitlines()[4])) == (
        3,
        "└── sales FAILED States.TaskFailed: ValueError: the input is empty",
    )
    assert stacks("resume", f"{ROOT}:failed-r1", "--stack-name", "etl", "--yes", "--no-wait").code == 0
    assert machines.started[0][2]["threads"][1]["glueJobs"] == ["extract-sales", "sum-sales"]


def test_a_machine_of_another_kind_is_not_resumed(stacks: Run, wire: Wire, account: Account):
    machines = Machines(account)
    arn = f"{ROOT.replace('etl-master', 'dyn-jobs')}:dynamic-r1"
    foreign = {"stateMachineArn": "a", "name": "n", "definition": '{"States": {}}', "roleArn": "arn:aws:iam::0:role/r",
               "type": "STANDARD", "creationDate": 0}  # fmt: skip
    wire.answer = lambda operation, body: (
        json_answer(foreign) if operation == "DescribeStateMachine" else machines.answer(operation, body)
    )
    done = stacks("resume", arn, "--yes")
    assert (done.code, done.err) == (
        1,
        (
            "Error: sfnorch did not create the state machine dyn-jobs, and cannot determine the remaining jobs\n"
            "  redrive the execution in the console, or start a new one\n"
        ),
    )


def test_stop_tells_what_it_can_not_know(stacks: Run, wire: Wire, account: Account):
    machines = Machines(account)
    arn = f"{ROOT}:failed-r1"
    machines.running = {arn}
    wire.answer = machines.answer
    wire.faults = [Fault("GetExecutionHistory", json_error("AccessDeniedException", "not yours"), times=9)]
    done = stacks("stop", arn)
    assert (done.code, done.out, done.err) == (
        1,
        "stopped arn:aws:states:us-east-1:ACCOUNT:execution:etl-master:failed-r1\n",
        (
            "Error: its children and job runs are unknown: GetExecutionHistory: not yours "
            "(AccessDeniedException)\n  check what is still running with `sfnorch watch`\n"
        ),
    )
