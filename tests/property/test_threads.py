"""A thread selects the same child in the state machine and in the command line."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sfnorch.asl import serialize_graph
from sfnorch.patterns import build_workflow
from sfnorch.plan.load import parse_plan
from sfnorch.runs.kinds.master_child import find_child_of_thread
from tests.jsonata_engine import evaluate

CHILDREN = ["orders", "T3", "sales-eu", "c"]
PLAN = json.dumps({"pattern": "master-child", "children": [{"name": name, "jobs": ["a"]} for name in CHILDREN]})
(RULE,) = serialize_graph(build_workflow(parse_plan(PLAN)).machines[0].graph)["States"]["CheckThreads"]["Choices"]
IDS = st.sampled_from([*CHILDREN, "T0", "T1", "T2", "T4", "T5", "T01", "T3 ", "t1", "T", "nightly", ""]) | st.text(
    max_size=3
)


@given(st.lists(IDS, min_size=1, max_size=5))
def test_the_child_of_a_thread(ids: list[str]):
    variables: dict[str, Any] = {
        "threads": [{"threadId": thread, "position": position} for position, thread in enumerate(ids)],
        "children": CHILDREN,
        "states": {"context": {"Execution": {"Id": "arn"}}},
    }
    chosen = [find_child_of_thread(thread, position, CHILDREN) for position, thread in enumerate(ids)]
    is_valid = None not in chosen and len(set(chosen)) == len(chosen)
    assert evaluate(RULE["Condition"], **variables) is is_valid
    if is_valid:
        made = evaluate(RULE["Assign"], **variables)["threads"]
        assert {row["position"]: CHILDREN[index] for index, row in enumerate(made) if "position" in row} == dict(
            enumerate(chosen)
        )
