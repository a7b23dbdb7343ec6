"""Values of other types: errors that name the key and the value, also where checks across keys read them."""

from __future__ import annotations

import pytest

from sfnorch.errors import SfnorchError
from sfnorch.plan.load import parse_plan


@pytest.mark.parametrize("need", ["[b]", "{b: c}", "null"])
def test_a_need_that_is_no_text(need: str):
    with pytest.raises(SfnorchError) as error:
        parse_plan(f"pattern: dag\ntasks:\n- {{name: a, glue_job: a, needs: [{need}]}}\n- {{name: b, glue_job: b}}\n")
    assert [line.partition(": ")[0] for line in error.value.message.splitlines()] == ["tasks[0].needs[0]"]


CHILD = "pattern: master-child\nchildren:\n- jobs: [{{name: a, {}}}]\n"


@pytest.mark.parametrize(
    ("plan", "path", "shown"),
    [
        (CHILD.format("retries: x"), "children[0].jobs[0].retries", "'x'"),
        (CHILD.format("retries: 1.5"), "children[0].jobs[0].retries", "'1.5'"),
        (CHILD.format("retries: [1]"), "children[0].jobs[0].retries", "list"),
        (CHILD.format("arguments: x"), "children[0].jobs[0].arguments", "'x'"),
        ("pattern: master-child\nlogging: x\n", "logging", "'x'"),
        ("pattern: master-child\nchildren: x\n", "children", "'x'"),
        ("pattern: continuous\nworkflow: w\nmax_runs: {a: b}\n", "max_runs", "mapping"),
        ("pattern: master-child\nname: [a]\n", "name", "list"),
    ],
)
def test_a_value_of_another_type(plan: str, path: str, shown: str):
    with pytest.raises(SfnorchError) as error:
        parse_plan(plan)
    where, _, message = error.value.message.partition(": ")
    assert (where, shown in message) == (path, True)
