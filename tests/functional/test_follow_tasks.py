"""A run of tasks that was recorded on an emulator: followed, shown by needs, and what is left of it."""

from __future__ import annotations

import pytest

from sfnorch.errors import SfnorchError
from sfnorch.runs.kinds import open_record
from sfnorch.runs.kinds.dag import TASKS as TASKS_KIND
from sfnorch.runs.run_tree import RunTree
from tests.functional.following import follow
from tests.replay import Replay
from tests.screens import plain_tree as plain

TASKS = ("report", "facts", "orders", "prices", "check")


SHOWN = """\
master nightly-1 SUCCEEDED  05s
├── report BLOCKED  04s  by facts
│   ├── facts FAILED  03s
│   │   ├── load-facts FAILED  01s  jr_ID  ValueError: the input is empty
│   │   ├── orders SUCCEEDED  01s
│   │   │   └── extract-orders SUCCEEDED  01s  jr_ID
│   │   └── needs too: prices
│   └── prices SUCCEEDED  01s
│       └── extract-prices SUCCEEDED  01s  jr_ID
└── check SUCCEEDED  03s
    ├── check-prices SUCCEEDED  01s  jr_ID
    └── needs too: prices

facts: job load-facts FAILED
  ValueError: the input is empty
  Job run: jr_ID
  Logs: https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/$252Faws-glue$252Fjobs$252Ferror$3FlogStreamNameFilter$3Djr_ID
  Execution: https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/arn:aws:states:us-east-1:ACCOUNT:execution:etl-task:facts-d09671bc1a515e7c

Resume: sfnorch resume nightly-1 --stack-name etl
"""


def tree() -> RunTree:
    """The recorded run at its end: facts fails, which report needs."""
    replay = Replay.of("tasks")
    replay.clock.sleep(3600)
    found = RunTree(replay.client(), [next(iter(replay.runs))], replay.clock)
    found.poll()
    return found


def test_a_run_is_shown_by_needs(capsys: pytest.CaptureFixture[str]):
    replay = Replay.of("tasks")
    code = follow(replay, "etl")
    captured = capsys.readouterr()
    assert code == 3
    assert plain(captured.out) == SHOWN


def test_each_execution_is_asked_for_once_a_poll():
    replay = Replay.of("tasks")
    followed = RunTree(replay.client(), [next(iter(replay.runs))], replay.clock)
    for _ in followed.follow():
        pass
    polls: dict[float, list[str]] = {}
    for at, arn in replay.asked:
        polls.setdefault(at, []).append(arn)
    assert all(len(arns) == len(set(arns)) for arns in polls.values())
    assert len({node.arn for root in followed.roots for node in root.list_nodes()}) == 1 + len(TASKS)
    assert sum(1 for root in followed.roots for _ in root.list_nodes()) == 1 + len(TASKS)


def test_what_is_left_is_what_failed_and_what_was_blocked():
    (root,) = tree().roots
    found = TASKS_KIND.resume(root, TASKS)
    assert found.input == {"done": ["orders", "prices", "check"]}
    assert list(found.jobs) == ["report", "facts"]
    assert TASKS_KIND.resume(root, ("facts", "orders", "new")).input == {"done": ["orders"]}
    with pytest.raises(SfnorchError, match="Nothing failed"):
        TASKS_KIND.resume(root, ("orders", "prices"))


def test_a_run_that_goes_on_is_not_resumed():
    (root,) = tree().roots
    root.record = open_record()
    with pytest.raises(SfnorchError, match="The execution is still running"):
        TASKS_KIND.resume(root, TASKS)
