"""A run that enters more states per second than an account may by default."""

from __future__ import annotations

import pytest

from sfnorch.simulator.transition_quota import describe_throttling
from tests.unit.simulator.maps import make_map, play_machine

SAID = "exceed the default quota in us-east-1, 5,000 at once and 1,500 per second: Step Functions delays the others"


@pytest.mark.parametrize(
    ("entered", "region", "second"),
    [
        ({}, "us-east-1", None),
        ({0: 5000, 1: 1500, 2: 1500}, "us-east-1", None),
        ({0: 5000, 1: 1501}, "us-east-1", 1),
        ({0: 5001}, "eu-west-1", 0),
        ({0: 5000, 4: 5000}, "us-west-2", None),
        ({0: 5000, 3: 5000}, "us-west-2", 3),
        ({3: 801}, "eu-central-1", 3),
        ({1: 500, 0: 800}, "eu-central-1", None),
    ],
)
def test_the_bucket_and_its_refill(entered: dict[int, int], region: str, second: int | None):
    text = describe_throttling(entered, region)
    assert (f"from T+{second}s exceed the default quota in {region}," in text) if second is not None else text == ""


@pytest.mark.parametrize(("items", "notes"), [(4_999, []), (5_000, [f"5,001 state transitions in the second from T+0s {SAID}"])])  # fmt: skip
def test_items_that_start_at_the_same_time(items: int, notes: list[str]):
    run = play_machine({"M": make_map()}, [0] * items)
    assert run.first.status == "SUCCEEDED"
    assert list(run.notes.values()) == notes


def test_express_workflows_have_no_quota():
    state = make_map()
    state["ItemProcessor"]["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}
    run = play_machine({"M": state}, [0] * 5_000)
    assert (run.entered, list(run.notes.values())) == ({0: 1}, [])
