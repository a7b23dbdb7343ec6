"""The child executions of a distributed Map assign no variable of the machine that starts them.

Step Functions refuses an inner scope that assigns a name of the outer one. The emulator of LocalStack fails the item.
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import read_template
from sfnorch.template.states import LocatedState, StateScope

TEMPLATES = sorted(Path("tests/golden/plans").resolve().glob("*fan-out*.sam.yaml"))


def list_assigned(scope: StateScope) -> set[str]:
    """The variables of a scope, without those of inner scopes."""
    return {name for state in scope.states.values() for name in assigned_by(state.body)}


def assigned_by(body: Mapping[str, Any]) -> Iterator[str]:
    yield from body.get("Assign", {})
    for key in ("Choices", "Catch"):
        for part in body.get(key, []):
            yield from part.get("Assign", {})


def list_maps(scope: StateScope) -> list[LocatedState]:
    return [state for state in scope.states.values() if state.distributed]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_variable_of_an_item_is_one_of_the_machine(path: Path):
    machines = [machine for machine in evaluate_template(read_template(path)).machines if machine.states is not None]
    found = [
        (machine.logical_id, each.name, list_assigned(machine.states) & list_assigned(each.scopes[0]))
        for machine in machines
        if machine.states is not None
        for each in list_maps(machine.states)
    ]
    assert found
    assert [each for each in found if each[2]] == []
