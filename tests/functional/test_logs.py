"""`sfnorch logs`, whole: recorded runs, Glue's word on where they log, and the logs in an emulator."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import boto3
import pytest

from tests.conftest import Outcome, Run
from tests.functional.test_runs import ROOT, Machines, stacks  # noqa: F401 - a fixture
from tests.ministack import Account
from tests.replay import Replay
from tests.screens import plain
from tests.wire import Answer, Fault, Wire, json_answer, json_error

FAILED = f"{ROOT}:failed-r1"
CLEAN = f"{ROOT}:clean-r1"
CONSOLE = "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group"


class Runs(Machines):
    """Recorded runs, and what Glue says of a job run: its log group, and what else is told of it by `described`."""

    def __init__(self, account: Account, **described: Any) -> None:
        super().__init__(account)
        self.described = described
        self.asked: list[str] = []

    def _GetJobRun(self, asked: Any) -> Answer:  # noqa: N802
        self.asked.append(asked["JobName"])
        run = {"Id": asked["RunId"], "JobName": asked["JobName"], "JobRunState": "FAILED", **self.described}
        return json_answer({"JobRun": run})

    def run_id(self, job: str) -> str:
        """The id of the job's run in the execution that failed."""
        started = (json.dumps(events) for events in Replay.of("failed").runs.values())
        found = re.search(rf'{job}\\\\?"[^}}]*(jr_[0-9a-f]{{32}})', "".join(started))
        assert found is not None
        return found[1]


def cloudwatch_logs(account: Account) -> Any:
    """A client in the region of the recorded executions."""
    return boto3.client(
        "logs",
        endpoint_url=account.endpoint,
        region_name="us-east-1",
        aws_access_key_id=account.number,
        aws_secret_access_key="x",
    )


def logged(account: Account, group: str, streams: dict[str, list[str]], begin: float | None = None) -> None:
    """Writes the messages into the group's streams, a millisecond apart in the order of all streams."""
    logs = cloudwatch_logs(account)
    logs.create_log_group(logGroupName=group)
    at = int((begin or time.time() - 60) * 1000)
    for stream, messages in streams.items():
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        events = []
        for message in messages:
            at += 1
            events.append({"timestamp": at, "message": message})
        if events:
            logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


@pytest.fixture
def command(run: Run, account: Account, wire: Wire) -> Run:
    """The command line, with what AWS makes up in a fixed form."""

    def logs(*arguments: str) -> Outcome:
        done = run("logs", *arguments)
        return Outcome(code=done.code, out=plain(done.out), err=plain(done.err))

    return logs


def test_the_error_log_of_a_job_that_failed_where_glue_says(command: Run, wire: Wire, account: Account):
    runs = Runs(account, LogGroupName="/aws-glue/jobs-etl-kms")
    wire.answer = runs.answer
    run_id = runs.run_id("extract-sales")
    lines = ["Traceback (most recent call last):\n  File \"/tmp/x.py\"\nKeyError: 'id'\n", "\x1b[2Jbye"]
    logged(account, "/aws-glue/jobs-etl-kms/error", {run_id: lines, f"{run_id}_g-1": ["an executor's"]})
    logged(account, "/aws-glue/jobs/error", {run_id: ["another run's"]})
    done = command(FAILED, "--stack-name", "etl")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "sales: job extract-sales FAILED\n"
        "  ValueError: the input is empty\n"
        "  Job run: jr_ID\n"
        "  Log group: /aws-glue/jobs-etl-kms/error\n"
        f"  Logs: {CONSOLE}/$252Faws-glue$252Fjobs-etl-kms$252Ferror$3FlogStreamNameFilter$3Djr_ID\n"
        "  Executors: 1 more log streams; pass --executors to print them\n"
        "DATE TIME  Traceback (most recent call last):\n"
        '  File "/tmp/x.py"\n'
        "KeyError: 'id'\n"
        "DATE TIME  \\u001b[2Jbye\n"
    )
    assert runs.asked == ["extract-sales"]


def test_executors_too_in_the_order_of_time(command: Run, wire: Wire, account: Account):
    runs = Runs(account)
    wire.answer = runs.answer
    run_id = runs.run_id("extract-sales")
    streams = {f"{run_id}-1": ["one"], f"{run_id}-driver": ["two", "three"], f"{run_id}-progress-bar": ["[=>]"]}
    logged(account, "/aws-glue/jobs/error", streams)
    every = command(FAILED, "--executors", "--output", "json")
    (found,) = json.loads(every.out)["jobRuns"]
    assert [(event["logStream"], event["message"]) for event in found["events"]] == [
        ("jr_ID-1", "one"),
        ("jr_ID-driver", "two"),
        ("jr_ID-driver", "three"),
    ]
    (found,) = json.loads(command(FAILED, "--output", "json").out)["jobRuns"]
    assert [event["message"] for event in found["events"]] == ["two", "three"]
    assert (found["logStreams"], found["otherLogStreams"]) == (["jr_ID-driver"], ["jr_ID-1"])


@pytest.mark.parametrize(
    ("tail", "first", "cut"),
    [("1", "line 2499", True), ("100", "line 2400", True), ("2500", "line 0", False), ("0", "line 0", False)],
)
def test_the_last_events_page_by_page(command: Run, wire: Wire, account: Account, tail: str, first: str, cut: bool):
    runs = Runs(account)
    pages: list[Any] = []

    def answer(operation: str, body: bytes) -> Answer | None:
        if operation != "GetLogEvents":
            return runs.answer(operation, body)
        asked = {**json.loads(body), "limit": 700}
        pages.append(asked)
        token = asked.get("nextToken", "")
        if len(pages) == 2:  # AWS may answer with an empty page before the last
            return json_answer({"events": [], "nextBackwardToken": f"again {token}"})
        if token:
            asked["nextToken"] = token.removeprefix("again ")
        page = cloudwatch_logs(account).get_log_events(**asked)
        return json_answer({key: page[key] for key in ("events", "nextBackwardToken")})

    wire.answer = answer
    logged(account, "/aws-glue/jobs/error", {runs.run_id("extract-sales"): [f"line {n}" for n in range(2500)]})
    (found,) = json.loads(command(FAILED, "--tail", tail, "--output", "json").out)["jobRuns"]
    assert (found["events"][0]["message"], found["events"][-1]["message"], found["cut"]) == (first, "line 2499", cut)
    assert len(pages) < 10


def test_a_log_that_is_cut_says_so(command: Run, wire: Wire, account: Account):
    runs = Runs(account)
    wire.answer = runs.answer
    logged(account, "/aws-glue/jobs/error", {runs.run_id("extract-sales"): ["a", "b", "c"]})
    lines = command(FAILED, "--tail", "2").out.splitlines()
    assert lines[5:] == ["  The last 2 events; pass --tail 0 to print all", "DATE TIME  b", "DATE TIME  c"]


def test_streams_with_a_prefix_of_the_users_hold_other_runs_too(command: Run, wire: Wire, account: Account):
    now = time.time()
    runs = Runs(
        account,
        Arguments={"--custom-logStream-prefix": "etl"},
        LogGroupName="/team/etl",
        StartedOn=now - 600,
        CompletedOn=now - 400,
    )
    wire.answer = runs.answer
    logged(account, "/team/etl/error", {"etl-driver": ["the run before"]}, now - 3600)
    logs = cloudwatch_logs(account)
    for seconds, text in ((500, "this run"), (50, "the run after")):
        event = {"timestamp": int((now - seconds) * 1000), "message": text}
        logs.put_log_events(logGroupName="/team/etl/error", logStreamName="etl-driver", logEvents=[event])
    (found,) = json.loads(command(FAILED, "--output", "json").out)["jobRuns"]
    assert [event["message"] for event in found["events"]] == ["this run"]


@pytest.mark.parametrize(
    ("streams", "why"),
    [
        (None, "the log group /aws-glue/jobs/error does not exist: Glue creates it when a run logs its first error"),
        (
            {"jr_other": ["x"]},
            "the log group /aws-glue/jobs/error has no log stream of the run: it logged no error, or ended before it could",
        ),
        (
            {"RUN": []},
            "the run's log stream in /aws-glue/jobs/error is empty: it logged no error, or the log group's retention time has passed",
        ),
    ],
)
def test_where_there_is_no_log(command: Run, wire: Wire, account: Account, streams: Any, why: str):
    runs = Runs(account)
    wire.answer = runs.answer
    if streams is not None:
        renamed = {name.replace("RUN", runs.run_id("extract-sales")): lines for name, lines in streams.items()}
        logged(account, "/aws-glue/jobs/error", renamed)
    done = command(FAILED)
    assert (done.code, done.out.splitlines()[-1], done.err) == (1, f"  No log: {why}", "")
    wire.faults = [Fault("GetJobRun", json_error("EntityNotFoundException", "Entity Not Found"), times=9)]
    (found,) = json.loads(command(FAILED, "--output", "json").out)["jobRuns"]
    assert found["error"] == f"{why}; the log group of the run could not be read from Glue: Entity Not Found"


DENIED = "User: arn:aws:iam::1:user/u is not authorized to perform: logs:DescribeLogStreams on resource: arn:aws:logs:x"


def test_a_log_that_may_not_be_read_is_an_error_and_the_others_are_printed(command: Run, wire: Wire, account: Account):
    runs = Runs(account)
    wire.answer = runs.answer
    first, second = (runs.run_id(job) for job in ("extract-orders", "clean-orders"))
    logged(account, "/aws-glue/jobs/error", {first: ["one"], second: ["two"]})
    wire.faults = [Fault("DescribeLogStreams", json_error("AccessDeniedException", DENIED))]
    done = command(FAILED, "--stack-name", "etl", "--all-jobs")
    assert [line for line in done.out.splitlines() if not line.startswith("  ")] == [
        "orders: job extract-orders SUCCEEDED",
        "",
        "orders: job clean-orders SUCCEEDED",
        "DATE TIME  two",
        "",
        "sales: job extract-sales FAILED",
    ]
    assert (done.code, done.err) == (
        1,
        (
            f"Error: extract-orders: DescribeLogStreams: {DENIED} (AccessDeniedException)\n"
            "  arn:aws:iam::1:user/u needs logs:DescribeLogStreams on arn:aws:logs:x\n"
        ),
    )


def test_throttling_is_waited_out_and_what_else_goes_wrong_ends_the_command(command: Run, wire: Wire, account: Account):
    runs = Runs(account)
    wire.answer = runs.answer
    logged(account, "/aws-glue/jobs/error", {runs.run_id("extract-sales"): ["one"]})
    wire.faults = [Fault("GetLogEvents", json_error("ThrottlingException", "Rate exceeded"), times=2)]
    assert command(FAILED).out.splitlines()[-1] == "DATE TIME  one"
    wire.faults = [Fault("GetLogEvents", json_error("ExpiredTokenException", "expired"))]
    done = command(FAILED)
    assert (done.code, done.err.splitlines()[0]) == (1, "Error: The AWS credentials have expired (GetLogEvents)")


@pytest.mark.parametrize(
    ("execution", "running", "said"),
    [
        (CLEAN, False, "No Glue job failed.\n"),
        (CLEAN, True, "No Glue job failed so far; the execution is still running.\n"),
    ],
)
def test_a_run_without_a_failure(command: Run, wire: Wire, account: Account, execution: str, running: bool, said: str):
    runs = Runs(account)
    wire.answer = runs.answer
    runs.running = {execution} if running else set()
    done = command(execution)
    assert (done.code, done.out, done.err) == (0, "", said)
    done = command(execution, "--output", "json")
    assert (done.code, json.loads(done.out)) == (
        0,
        {"version": 1, "execution": execution.replace("000000000000", "ACCOUNT"), "jobRuns": []},
    )


def test_an_execution_that_failed_without_a_job(command: Run, wire: Wire, account: Account):
    runs = Runs(account)
    wire.answer = runs.answer
    begin, *_ = runs.replays.runs[FAILED]
    end = {"type": "ExecutionFailed", "id": 2, "previousEventId": 1, "timestamp": begin["timestamp"] + 1,
           "executionFailedEventDetails": {"error": "InvalidInput", "cause": "threads must be a list"}}  # fmt: skip
    runs.replays.runs[FAILED] = [begin, end]
    done = command(FAILED)
    assert (done.code, done.out, done.err) == (
        0,
        "",
        "No Glue job failed. The execution failed: InvalidInput: threads must be a list\n",
    )


def test_a_child_whose_machine_is_gone_is_read_by_what_the_master_told(command: Run, wire: Wire, account: Account):
    runs = Runs(account)
    run_id = runs.run_id("extract-sales")
    logged(account, "/aws-glue/jobs/error", {run_id: ["one"]})

    def answer(operation: str, body: bytes) -> Answer | None:
        if operation == "GetExecutionHistory" and ":etl-sales:" in json.loads(body)["executionArn"]:
            return json_error("ExecutionDoesNotExist", "Execution Does Not Exist")
        return runs.answer(operation, body)

    wire.answer = answer
    done = command(FAILED, "--stack-name", "etl")
    assert (done.code, done.out.splitlines()[0], done.out.splitlines()[-1]) == (
        0,
        "sales: job extract-sales FAILED",
        "DATE TIME  one",
    )


def test_a_start_that_glue_refused_has_no_log(command: Run, wire: Wire, account: Account):
    runs = Runs(account)
    wire.answer = runs.answer
    arn = next(arn for arn, events in runs.replays.runs.items() if ":etl-sales:" in arn and "FAILED" in str(events))
    events = runs.replays.runs[arn]
    at = next(index for index, event in enumerate(events) if event["type"] == "TaskSubmitted")
    refused = {**events[at], "type": "TaskSubmitFailed", "taskSubmitFailedEventDetails": {
        "resourceType": "glue", "resource": "startJobRun.sync", "error": "Glue.EntityNotFoundException", "cause": "No job"}}  # fmt: skip
    del refused["taskSubmittedEventDetails"]
    runs.replays.runs[arn] = [*events[:at], refused, {**events[-1], "id": at + 2, "previousEventId": at + 1}]
    done = command(FAILED, "--stack-name", "etl")
    assert (done.code, done.out) == (
        1,
        "sales: job extract-sales FAILED\n  Glue.EntityNotFoundException: No job\n  No log: Glue started no run\n",
    )


def test_the_last_execution_of_the_stack(stacks: Run, wire: Wire, account: Account):  # noqa: F811 - a fixture
    runs = Runs(account)
    last = {"executionArn": FAILED, "stateMachineArn": "m", "name": "failed-r1", "status": "SUCCEEDED", "startDate": 0}

    def answer(operation: str, body: bytes) -> Answer | None:
        if operation == "ListExecutions":
            return json_answer({"executions": [last]})
        return runs.answer(operation, body)

    wire.answer = answer
    account.client("logs").create_log_group(logGroupName="/aws-glue/jobs/error")
    done = stacks("logs", "--stack-name", "etl")
    assert (done.code, done.out.splitlines()[0]) == (1, "sales: job extract-sales FAILED")
