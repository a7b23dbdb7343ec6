"""Runs followed and told, over histories recorded on an emulator: well, with failures, and with faults on the way."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from sfnorch.console import Console
from sfnorch.errors import SfnorchError
from sfnorch.report.followed.titles import build_titles
from sfnorch.report.followed.tree import render_tree
from sfnorch.runs.run_tree import RunTree
from tests.functional.following import follow as follow_all
from tests.replay import Event, Replay
from tests.screens import plain_tree as plain


def follow(replay: Replay, form: str = "text", **more: Any) -> int:
    return follow_all(replay, "etl", form, arns=replay.roots, **more)


TREE = """\
master SUCCEEDED  03s
├── orders SUCCEEDED  03s
│   ├── extract-orders SUCCEEDED  02s  jr_ID
│   └── clean-orders SUCCEEDED  01s  jr_ID
└── sales FAILED  02s
    └── extract-sales FAILED  02s  jr_ID  ValueError: the input is empty
"""
CONSOLE = "https://us-east-1.console.aws.amazon.com"
FAILURE = f"""
sales: job extract-sales FAILED
  ValueError: the input is empty
  Job run: jr_ID
  Logs: {CONSOLE}/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/$252Faws-glue$252Fjobs$252Ferror$3FlogStreamNameFilter$3Djr_ID
  Execution: {CONSOLE}/states/home?region=us-east-1#/v2/executions/details/arn:aws:states:us-east-1:ACCOUNT:execution:etl-sales:UUID

Resume: sfnorch resume failed-r1 --stack-name etl
"""
LINES = """\
HH:MM:SS  master  RUNNING
HH:MM:SS  orders  RUNNING
HH:MM:SS  sales  RUNNING
HH:MM:SS  orders  extract-orders RUNNING  jr_ID
HH:MM:SS  sales  extract-sales RUNNING  jr_ID
HH:MM:SS  orders  extract-orders SUCCEEDED  jr_ID
HH:MM:SS  sales  extract-sales FAILED  jr_ID  ValueError: the input is empty
HH:MM:SS  orders  clean-orders RUNNING  jr_ID
HH:MM:SS  sales  FAILED  GlueJobFailed
HH:MM:SS  orders  clean-orders SUCCEEDED  jr_ID
HH:MM:SS  orders  SUCCEEDED
HH:MM:SS  master  SUCCEEDED
"""
Captured = pytest.CaptureFixture[str]


def test_a_run_in_which_a_child_failed(capsys: Captured):
    assert follow(Replay.of("failed")) == 3
    captured = capsys.readouterr()
    assert (plain(captured.out), plain(captured.err)) == (TREE + FAILURE, LINES)


@pytest.mark.parametrize("page", [1, 2, 7])
def test_histories_of_several_pages_lose_nothing(capsys: Captured, page: int):
    assert follow(Replay.of("failed", page=page)) == 3
    assert plain(capsys.readouterr().err) == LINES


def test_a_run_that_has_ended_is_shown_as_it_was(capsys: Captured):
    replay = Replay.of("failed")
    replay.clock.time += 1000
    assert follow(replay) == 3
    captured = capsys.readouterr()
    assert (plain(captured.out), plain(captured.err)) == (TREE + FAILURE, LINES)
    assert (len(replay.asked), replay.clock.slept) == (3, [])


def test_a_clean_run(capsys: Captured):
    assert follow(Replay.of("clean")) == 0
    assert plain(capsys.readouterr().out) == (
        "master SUCCEEDED  03s\n"
        "├── orders SUCCEEDED  02s\n"
        "│   ├── extract-orders SUCCEEDED  01s  jr_ID\n"
        "│   └── clean-orders SUCCEEDED  01s  jr_ID\n"
        "└── sales SUCCEEDED  02s\n"
        "    ├── extract-sales SUCCEEDED  01s  jr_ID\n"
        "    └── sum-sales SUCCEEDED  01s  jr_ID\n"
    )


def test_a_resumed_run_names_what_it_skips(capsys: Captured):
    assert follow(Replay.of("resumed")) == 0
    assert plain(capsys.readouterr().out) == (
        "master SUCCEEDED  03s\n"
        "├── skipped: orders\n"
        "└── sales SUCCEEDED  02s\n"
        "    ├── extract-sales SUCCEEDED  01s  jr_ID\n"
        "    └── sum-sales SUCCEEDED  01s  jr_ID\n"
    )


def test_an_execution_of_its_own(capsys: Captured):
    assert follow(Replay.of("dynamic")) == 3
    assert plain(capsys.readouterr().out).splitlines()[:7] == [
        "dyn-jobs FAILED  02s",
        "├── load SUCCEEDED  01s  jr_ID",
        "└── extract-sales FAILED  01s  jr_ID  ValueError: the input is empty",
        "",
        "dyn-jobs: job extract-sales FAILED",
        "  ValueError: the input is empty",
        "  Job run: jr_ID",
    ]


def test_several_executions_of_one_machine(capsys: Captured):
    replay = Replay.of("dynamic")
    other = {arn.replace(":dynamic-", ":other-"): events for arn, events in replay.runs.items()}
    replay.runs |= other
    assert follow(replay) == 3
    heads = [line for line in plain(capsys.readouterr().out).splitlines() if "jobs" in line and "FAILED  0" in line]
    assert heads == ["dyn-jobs dynamic-r1 FAILED  02s", "dyn-jobs other-r1 FAILED  02s"]


def test_json_is_one_document(capsys: Captured):
    assert follow(Replay.of("failed"), "json") == 3
    captured = capsys.readouterr()
    document = json.loads(plain(captured.out))
    assert captured.err == ""
    master = document["executions"][0]
    assert {key: master[key] for key in ("machine", "status", "error", "message", "input", "jobs")} == {
        "machine": "etl-master",
        "status": "SUCCEEDED",
        "error": None,
        "message": None,
        "input": {},
        "jobs": [],
    }
    assert [child["status"] for child in master["output"]["children"]] == ["SUCCEEDED", "FAILED"]
    sales = master["children"][1]
    assert [(job["job"], job["status"], job["runId"], job["attempts"]) for job in sales["jobs"]] == [
        ("extract-sales", "FAILED", "jr_ID", 1)
    ]
    assert document["failures"] == [
        {
            "machine": "etl-sales",
            "execution": "arn:aws:states:us-east-1:ACCOUNT:execution:etl-sales:UUID",
            "job": "extract-sales",
            "runId": "jr_ID",
            "logGroup": None,
            "message": "ValueError: the input is empty",
            "link": FAILURE.splitlines()[-3].removeprefix("  Execution: "),
            "logs": FAILURE.splitlines()[-4].removeprefix("  Logs: "),
            "item": None,
        }
    ]
    assert document["resume"] == ["sfnorch resume failed-r1 --stack-name etl"]


def _error(code: str, status: int = 400) -> ClientError:
    answer = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "GetExecutionHistory")  # type: ignore[arg-type]


@pytest.mark.parametrize("first", range(8))
@pytest.mark.parametrize(
    "fault", [_error("ThrottlingException"), _error("InternalFailure", 500), EndpointConnectionError(endpoint_url="x")]
)
def test_polls_that_fail_are_made_again(capsys: Captured, fault: Exception, first: int):
    replay = Replay.of("failed", page=5)
    replay.faults, replay.fault_from = [fault] * 3, first
    assert follow(replay) == 3
    captured = capsys.readouterr()
    assert sorted(plain(captured.err).splitlines()) == sorted(LINES.splitlines())
    assert plain(captured.out) == TREE + FAILURE


def test_a_token_that_expires_half_way(capsys: Captured):
    replay = Replay.of("failed")
    replay.faults, replay.fault_from = [_error("ExpiredTokenException")], 5
    with pytest.raises(SfnorchError) as raised:
        follow(replay)
    arn = replay.roots[0]
    assert raised.value.message == (
        "The AWS credentials have expired (GetExecutionHistory)\nThe execution continues in AWS and is no longer followed"
    )
    assert raised.value.hint == (
        "log in again (`aws sso login`, or renew the keys of the profile), then repeat the command; "
        f"follow it with `sfnorch watch {arn}`, or stop it with `sfnorch stop {arn}`"
    )
    assert plain(capsys.readouterr().err) == "".join(LINES.splitlines(keepends=True)[:5])


def test_a_connection_that_stays_lost():
    replay = Replay.of("failed")
    replay.faults, replay.fault_from = [EndpointConnectionError(endpoint_url="https://states")] * 12, 2
    with pytest.raises(SfnorchError, match="https://states can't be reached\nThe execution continues in AWS"):
        follow(replay)
    assert sum(replay.clock.slept) > 180


def test_no_longer_than_told(capsys: Captured):
    replay = Replay.of("failed")
    with pytest.raises(
        SfnorchError, match="The execution is still running after --timeout\nThe execution continues in AWS"
    ):
        follow(replay, timeout=1.0)
    assert plain(capsys.readouterr().out).splitlines()[0] == "master RUNNING  01s"


def _cut_off(replay: Replay, end: str, details: Event) -> str:
    """Has the child `sales` end otherwise: while its first job was running."""
    arn = next(arn for arn in replay.runs if ":etl-sales:" in arn)
    events = replay.runs[arn]
    submitted = next(index for index, event in enumerate(events) if event["type"] == "TaskSubmitted")
    last = {"type": end, "id": submitted + 2, "previousEventId": 0, "timestamp": events[-1]["timestamp"], **details}
    replay.runs[arn] = [*events[: submitted + 1], last]
    return arn


@pytest.mark.parametrize(
    ("end", "details", "child", "message"),
    [
        (
            "ExecutionAborted",
            {"executionAbortedEventDetails": {"error": "Stopped", "cause": "by hand"}},
            "ABORTED",
            "by hand",
        ),
        ("ExecutionTimedOut", {"executionTimedOutEventDetails": {}}, "TIMED_OUT", "the execution ended TIMED_OUT"),
    ],
)
def test_a_child_that_is_cut_off(capsys: Captured, end: str, details: Event, child: str, message: str):
    replay = Replay.of("failed")
    _cut_off(replay, end, details)
    assert follow(replay) == 3
    told = plain(capsys.readouterr().out).splitlines()
    assert told[4].startswith(f"└── sales {child}  02s")
    assert told[5] == "    └── extract-sales STOPPED  02s  jr_ID"
    assert told[7:9] == ["sales: job extract-sales STOPPED", f"  {message}"]


def test_a_master_that_is_stopped(capsys: Captured):
    replay = Replay.of("clean")
    master = replay.roots[0]
    details = {"executionAbortedEventDetails": {}}
    events = replay.runs[master]
    replay.runs[master] = [*events[:-1], {**events[-1], "type": "ExecutionAborted", **details}]
    assert follow(replay) == 1
    assert plain(capsys.readouterr().out).splitlines()[0] == "master ABORTED  03s"


def test_forty_children_are_asked_after_within_the_rates():
    """AWS refills 20 calls of GetExecutionHistory a second for a whole account, and has 400 at hand."""
    replay = Replay.of("clean")
    arn, events = next((arn, events) for arn, events in replay.runs.items() if ":etl-orders:" in arn)
    master = replay.roots[0]
    submitted = next(event for event in replay.runs[master] if event["type"] == "TaskSubmitted")
    begin, end = events[0]["timestamp"], events[-1]["timestamp"]
    stretched = [{**event, "timestamp": begin + (event["timestamp"] - begin) * 600 / (end - begin)} for event in events]
    replay.runs = {master: [replay.runs[master][0]], **{f"{arn}{n}": stretched for n in range(40)}}
    for n in range(40):
        output = json.dumps({"ExecutionArn": f"{arn}{n}"})
        entered = {"type": "TaskStateEntered", "id": 2 * n + 2, "previousEventId": 1, "timestamp": begin}
        replay.runs[master] += [
            {**entered, "stateEnteredEventDetails": {"name": f"RunChild{n}"}},
            {**submitted, "id": 2 * n + 3, "previousEventId": 2 * n + 2, "timestamp": begin,
             "taskSubmittedEventDetails": {"output": output}},
        ]  # fmt: skip
    last = {"type": "ExecutionSucceeded", "id": 99, "previousEventId": 0, "timestamp": begin + 601}
    replay.runs[master].append(last)
    assert follow(replay) == 0
    took = replay.clock.now() - begin
    assert len(replay.asked) / took < 6
    assert max(replay.clock.slept) <= 10


def test_a_change_is_told_within_two_polls():
    replay = Replay.of("clean")
    tree = RunTree(replay.client(), replay.roots, replay.clock)
    polls: list[float] = []
    late = []
    for news in tree.follow():
        polls.append(replay.clock.now())
        begin = polls[-3] if len(polls) > 2 else 0.0
        late += [item.change for item in news if item.change.at.timestamp() < begin]
    assert (late, len(polls) > 3) == ([], True)


def test_a_child_that_could_not_be_started(capsys: Captured):
    replay = Replay.of("clean")
    master = replay.roots[0]
    events = replay.runs[master]
    submitted = next(event for event in events if event["type"] == "TaskSubmitted" and "etl-sales" in str(event))
    refused = {
        **{key: submitted[key] for key in ("id", "previousEventId", "timestamp")},
        "type": "TaskSubmitFailed",
        "taskSubmitFailedEventDetails": {"resourceType": "states", "resource": "startExecution.sync:2",
                                         "error": "StateMachineDoesNotExist", "cause": "gone"},
    }  # fmt: skip
    replay.runs[master] = [refused if event is submitted else event for event in events]
    assert follow(replay) == 3
    out = plain(capsys.readouterr().out).splitlines()
    assert out[1] == "├── etl-sales not started  StateMachineDoesNotExist: gone"
    assert out[6:9] == ["master: etl-sales could not be started", "  StateMachineDoesNotExist: gone",
                        f"  Execution: {CONSOLE}/states/home?region=us-east-1#/v2/executions/details/{master}".replace("000000000000", "ACCOUNT")]  # fmt: skip


def test_a_small_terminal_shows_what_failed_and_what_runs():
    replay = Replay.of("failed")
    tree = RunTree(replay.client(), replay.roots, replay.clock)
    replay.clock.time += 100
    tree.poll()
    console = Console(file=io.StringIO(), width=60)
    console.print(render_tree(tree, build_titles(tree, "etl"), tree.roots[0].record.ended, height=4))  # type: ignore[arg-type]
    assert [line.rstrip() for line in console.file.getvalue().splitlines()[1:]] == [  # type: ignore[attr-defined]
        "master         ████████████████ 03s SUCCEEDED",
        "├── sales      ████████      ┊  02s FAILED    extract-sales…",
        "└── … 1 succeeded",
    ]


def _screen(tree: RunTree, *, width: int, height: int) -> list[str]:
    """What stands on a screen of this size at the end of the run."""
    console = Console(file=io.StringIO(), width=width)
    at = max(root.record.ended or root.record.started for root in tree.roots)  # type: ignore[type-var]
    console.print(render_tree(tree, build_titles(tree, "etl"), at, height=height))  # type: ignore[arg-type]
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


def _long_ids(replay: Replay) -> RunTree:
    """The runs with ids as long as Glue's own, after their end."""
    text = json.dumps(replay.runs)
    replay.runs = json.loads(re.sub(r"jr_([0-9a-f]{32})", r"jr_\1\1", text))
    replay.clock.time += 100
    tree = RunTree(replay.client(), replay.roots, replay.clock)
    tree.poll()
    return tree


@pytest.mark.parametrize(
    ("width", "lines", "last"),
    [(40, 6, "extract-sales FAILED  02s  Valu"), (80, 7, "extract-sales +█+ +┊ +02s FAILED +ValueError: ")],
)
def test_each_row_of_the_live_view_is_one_line(width: int, lines: int, last: str):
    tree = _long_ids(Replay.of("failed"))
    shown = _screen(tree, width=width, height=7)
    assert (len(shown), max(map(len, shown)) <= width) == (lines, True)
    assert re.match(f"    └── {last}", shown[-1])
    assert len(_screen(tree, width=width, height=6)) <= 6


@pytest.mark.parametrize("height", [4, 7, 12, 23])
def test_many_executions_at_once_fit_on_the_screen(height: int):
    replay = Replay.of("dynamic", "clean")
    arn, events = next(iter(replay.runs.items()))
    master = next(events for arn, events in replay.runs.items() if ":etl-master:" in arn)
    ended = [{**master[0]}, {**master[-1], "id": 2}]
    replay.runs = {f"{arn}{n:02}": events if n == 9 else ended for n in range(10)}
    tree = _long_ids(replay)
    shown = _screen(tree, width=60, height=height)
    assert len(shown) <= height
    assert any(line.lstrip("└─ ").startswith("dyn-jobs dynamic-r109 ") and " FAILED " in line for line in shown)
