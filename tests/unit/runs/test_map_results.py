"""The files of a Map Run's results: read piece by piece, whatever the pieces are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfnorch.errors import SfnorchError
from sfnorch.runs.map_results import list_result_files, parse_list, read_result_file
from tests.fan_outs import Fake, fan_out, template_of

rows = st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=9) | st.integers() | st.none(), max_size=3))


@given(rows, st.integers(1, 7), st.sampled_from([None, 2]))
def test_any_list_in_any_pieces(values: list[Any], size: int, indent: int | None):
    text = json.dumps(values, ensure_ascii=False, indent=indent)
    assert list(parse_list(text[at : at + size] for at in range(0, len(text), size))) == values


@pytest.mark.parametrize("text", ["", "{}", '[{"a": 1}', '[{"a": 1}, ', '{"a": 1}]', "[{]", '[{"a": 1}] [', "nonsense"])
def test_what_is_not_a_list(text: str):
    with pytest.raises(ValueError, match="JSON list"):
        list(parse_list(text[at : at + 3] for at in range(0, len(text), 3)))


def fake() -> Fake:
    template = template_of()
    return Fake(template, fan_out(template, {"items": ["x"]}), total=1)


def test_a_file_that_is_not_one_of_step_functions():
    found = fake()
    found.objects["b", "k"] = b"[1]"
    with pytest.raises(SfnorchError, match="s3://b/k is not a list of executions that Step Functions has written"):
        list(read_result_file(found, "b", "k", found.clock))  # type: ignore[arg-type]


def test_results_without_a_manifest():
    found = fake()
    assert list_result_files(found, "b", "k", found.clock) is None  # type: ignore[arg-type]
