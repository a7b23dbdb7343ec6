"""The name of a plan's stack, from the plan's name or file."""

from __future__ import annotations

from pathlib import Path

import pytest

from sfnorch.errors import SfnorchError
from sfnorch.plan.planned_stack import read_stack_name
from sfnorch.plan.stack_names import derive_stack_name


@pytest.mark.parametrize(
    ("name", "stack"),
    [
        (None, "master-step-function-stack"),
        ("nightly-etl", "nightly-etl"),
        ("Nightly ETL 2.0", "Nightly-ETL-2-0"),
        ("a__b.", "a-b"),
        ("2nd load", "plan-2nd-load"),
    ],
)
def test_the_stack_of_a_plan(name: str | None, stack: str):
    assert derive_stack_name(name) == stack
    assert derive_stack_name(name, part="pipeline") == (
        f"{stack}-pipeline" if name else "master-step-function-pipeline"
    )


@pytest.mark.parametrize(
    ("text", "stack"),
    [
        ("pattern: dag\nname: nightly\ntasks: [{name: other}]\n", "nightly"),
        ("children: [{name: other, jobs: [a]}]\n'name': \"nightly\"\n", "nightly"),
        ("name: yes\n: [", "yes"),
        ("pattern: dag\ntasks: [{name: other}]\n", "master-step-function-stack"),
        ("name:\npattern: dag\n", "master-step-function-stack"),
        ("name: ~\n", "master-step-function-stack"),
        ("", "master-step-function-stack"),
    ],
)
def test_the_stack_of_a_plans_file(tmp_path: Path, text: str, stack: str):
    path = tmp_path / "p.yaml"
    path.write_text(text)
    assert read_stack_name(path) == stack


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: [a]\n", "the stack's name is unknown: name: '' is invalid; must be 1 to 60"),
        ("name: ''\n", "the stack's name is unknown: name: '' is invalid; must be 1 to 60"),
        ("name: 'a;b'\n", "the stack's name is unknown: name: 'a;b' is invalid; must be 1 to 60"),
        ("pattern: [\n", "the stack's name is unknown: the plan is not valid YAML"),
    ],
)
def test_a_plan_that_does_not_tell_its_name(tmp_path: Path, text: str, message: str):
    path = tmp_path / "p.yaml"
    path.write_text(text)
    with pytest.raises(SfnorchError) as error:
        read_stack_name(path)
    assert error.value.message.startswith(message)
    assert error.value.message.endswith(f"({path})")
    assert error.value.hint == "correct the plan, or pass --stack-name"
