"""Needs of tasks that are no texts: they are errors of the plan, and the checks across tasks pass them over."""

from __future__ import annotations

import pytest

from sfnorch.errors import SfnorchError
from sfnorch.plan.load import parse_plan


@pytest.mark.parametrize("need", ["[b]", "{b: c}", "null"])
def test_a_need_that_is_no_text(need: str):
    with pytest.raises(SfnorchError) as error:
        parse_plan(f"pattern: dag\ntasks:\n- {{name: a, glue_job: a, needs: [{need}]}}\n- {{name: b, glue_job: b}}\n")
    assert [line.partition(": ")[0] for line in error.value.message.splitlines()] == ["tasks[0].needs[0]"]
