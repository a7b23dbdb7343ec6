"""Runs with a lock that were recorded on an emulator: followed, shown, and what is left of them.

`second` was started while `first` was running, and `third` after `first` had failed.
"""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from sfnorch.console import Console
from sfnorch.errors import SfnorchError
from sfnorch.protocol.overlap import LockState
from sfnorch.report.followed.tree import render_tree
from sfnorch.runs.history import read_events
from sfnorch.runs.kinds import recognize
from sfnorch.runs.kinds.kind import Resumption
from sfnorch.runs.lock import find_awaited_holder
from sfnorch.runs.node import Node
from sfnorch.runs.record import Record
from sfnorch.runs.resume import can_resume, plan_resumption
from sfnorch.runs.run_tree import RunTree
from tests.functional.following import follow
from tests.replay import Replay
from tests.screens import plain_tree as plain
from tests.unit.runs.events import AT, History

EXECUTION = "arn:aws:states:us-east-1:000000000000:execution:locked-flow"
DEFINITION: Any = {
    "States": {
        "ResolveInput": {"Type": "Pass", "Assign": {"steps": ["extract", "load"], "resumeAt": None}},
    }
}


def replay_of(name: str) -> Replay:
    """The recorded execution, with a clock that stands at its beginning."""
    replay = Replay.of("overlap")
    replay.clock.time = replay.runs[f"{EXECUTION}:{name}"][0]["timestamp"]
    return replay


def ended(name: str) -> Node:
    replay = replay_of(name)
    replay.clock.sleep(3600)
    tree = RunTree(replay.client(), [f"{EXECUTION}:{name}"], replay.clock)
    tree.poll()
    return tree.roots[0]


def test_a_skipped_run_is_shown_as_skipped_and_is_no_failure(capsys: pytest.CaptureFixture[str]):
    code = follow(replay_of("second"), "locked", arns=[f"{EXECUTION}:second"])
    shown = capsys.readouterr()
    head, run = plain(shown.out).splitlines()
    assert (code, head) == (0, "flow SKIPPED  00s  first was running")
    assert run.startswith("└── run 2026-11-29-")
    assert shown.err.splitlines()[-1].endswith("  flow  SKIPPED  first was running")


def test_a_skipped_run_as_data_has_the_status_of_aws(capsys: pytest.CaptureFixture[str]):
    code = follow(replay_of("second"), "locked", "json", arns=[f"{EXECUTION}:second"])
    (execution,) = json.loads(capsys.readouterr().out)["executions"]
    assert (code, execution["status"], execution["jobs"]) == (0, "SUCCEEDED", [])
    assert (execution["output"]["skipped"], execution["output"]["heldBy"]) == (True, f"{EXECUTION}:first")


def test_a_run_that_waits_shows_what_it_waits_for():
    history = History()
    history.begin({})
    lock = json.dumps({"key": "orchestration", "heldBy": f"{EXECUTION}:first", "status": "RUNNING"})
    history.add("TaskStateExited", key="stateExited", name="ReadLock", assignedVariables={"overlapLock": lock})
    history.add("WaitStateEntered", key="stateEntered", name=LockState.WAIT_FOR_HOLDER, input="{}")
    tree = RunTree(Replay.of("overlap").client(), [f"{EXECUTION}:x"], Replay.of("overlap").clock)
    record = tree.roots[0].record
    list(read_events(record, history.events))
    console = Console(file=io.StringIO(), width=100)
    console.print(render_tree(tree, {f"{EXECUTION}:x": "flow"}, AT))
    assert console.file.getvalue() == "flow RUNNING  00s\n└── waits until first has ended\n"
    history.add("TaskStateEntered", key="stateEntered", name=LockState.TAKE_LOCK_OVER, input="{}")
    list(read_events(record, history.events[-1:]))
    assert find_awaited_holder(record) == ""


def test_the_states_of_the_lock_are_no_steps():
    node = ended("third")
    assert node.record.entered[3:9] == [
        LockState.ACQUIRE_LOCK,
        LockState.READ_LOCK,
        LockState.CHECK_LOCK,
        LockState.DESCRIBE_HOLDER,
        LockState.CHECK_HOLDER,
        LockState.TAKE_LOCK_OVER,
    ]
    assert [(job.name, job.status) for job in node.record.jobs] == [("extract", "SUCCEEDED"), ("load", "FAILED")]


def test_a_run_that_failed_after_it_took_the_lock_over_is_resumed_at_its_step():
    found = plan_resumption(ended("third"), DEFINITION)
    assert found.input["resumeAt"] == {"step": "load", "variables": {}}


def test_a_skipped_run_is_not_resumed():
    node = ended("second")
    assert not can_resume(node)
    with pytest.raises(SfnorchError) as raised:
        plan_resumption(node, DEFINITION)
    assert raised.value.message == f"Nothing failed: the run was skipped because {EXECUTION}:first was running"


def locked_out(status: str, error: str = "", *, waiting: bool = False) -> Node:
    """A run that ended before it had the lock."""
    history = History()
    history.begin({"resumeAt": {"step": "load", "variables": {}}})
    history.assign(
        run={"id": "r", "scheduledAt": "t", "date": "2026-01-01", "attempt": 2}, params={"day": "2026-01-01"}
    )
    if waiting:
        history.add("WaitStateEntered", key="stateEntered", name=LockState.WAIT_FOR_HOLDER, input="{}")
    history.finish(status, error, f"another run is running: {EXECUTION}:first, which holds the lock orchestration")
    record = Record(recognize=recognize)
    list(read_events(record, history.events))
    return Node(arn=f"{EXECUTION}:x", record=record)


@pytest.mark.parametrize(
    "node",
    [
        locked_out("FAILED", "AlreadyRunning"),
        locked_out("FAILED", "OverlapTimeout"),
        locked_out("FAILED", "LockFailed"),
        locked_out("ABORTED", waiting=True),
        locked_out("TIMED_OUT", waiting=True),
    ],
    ids=lambda node: f"{node.record.status} {node.record.error}".strip(),
)
def test_a_run_that_never_had_the_lock_is_run_with_its_input_parameters_and_date(node: Node):
    assert can_resume(node)
    given: Any = {
        "resumeAt": {"step": "load", "variables": {}},
        "params": {"day": "2026-01-01"},
        "run": {"id": "r", "scheduledAt": "t", "date": "2026-01-01", "attempt": 3},
    }
    assert plan_resumption(node, DEFINITION) == Resumption(input=given, jobs={"everything": []})


def test_a_run_that_ended_elsewhere_is_not():
    assert not can_resume(locked_out("ABORTED"))
