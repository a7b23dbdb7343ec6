"""What an execution is called: its task only if it is one, whatever its name looks like."""

from __future__ import annotations

from typing import Any

import pytest

from sfnorch.report.followed.titles import build_titles
from sfnorch.runs.history import read_events
from sfnorch.runs.node import Node
from sfnorch.runs.run_tree import RunTree
from tests.replay import Clock
from tests.unit.runs.events import History

RUN = "arn:aws:states:eu-central-1:111122223333:execution:etl-master:nightly"
OF_RUN = "1efa8ae8af1caa40"
"""The first 16 digits of the SHA-256 digest of RUN, as $hash in JSONata gives them."""


def title(name: str, given: Any, machine: str = "etl-task") -> str:
    """The title of an execution that was started on its own."""
    client: Any = None
    clock: Any = Clock(0)
    arn = f"arn:aws:states:eu-central-1:111122223333:execution:{machine}:{name}"
    tree = RunTree(client, [arn], clock)
    tree.roots[0].record.input = given
    return build_titles(tree, "etl")[arn]


def test_an_execution_that_is_a_task_is_called_as_the_task():
    assert title(f"load-orders-{OF_RUN}", {"task": "load-orders", "run": RUN, "done": []}) == "load-orders"


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("nightly-0123456789abcdef", {}),
        ("nightly-0123456789abcdef", None),
        ("nightly-0123456789abcdef", "cut off"),
        ("nightly-0123456789abcdef", {"task": "nightly", "run": RUN}),  # another run
        (f"nightly-{OF_RUN}", {"task": "orders", "run": RUN}),  # another task
        (f"nightly-{OF_RUN}", {"task": "nightly"}),
    ],
)
def test_an_execution_whose_name_looks_like_a_task_keeps_its_title(name: str, given: Any):
    assert title(name, given) == "task"


def test_a_task_whose_history_is_deleted_is_known_from_its_master():
    client: Any = None
    clock: Any = Clock(0)
    tree = RunTree(client, [RUN], clock)
    names = ("load", f"load-{OF_RUN}"), ("more", "more-0123456789abcdef")
    arns = [f"arn:aws:states:eu-central-1:111122223333:execution:etl-task:{name}" for _, name in names]
    history = History()
    history.assign(tasks=["load", "more"], done=[])
    list(read_events(tree.roots[0].record, history.events))
    tree.roots[0].children = [Node(arn=arn) for arn in arns]
    assert list(build_titles(tree, "etl").values()) == ["master nightly", "load", "task more-0123456789abcdef"]
