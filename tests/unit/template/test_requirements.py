"""The permissions that a state requires, if a part of its call is not known."""

from __future__ import annotations

import json

from sfnorch.template.reader import parse_template
from sfnorch.template.requirements import list_requirements
from sfnorch.template.resources import StackEnvironment
from sfnorch.template.states import build_scope

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:m"


def test_a_substitution_without_a_value_makes_a_permission_unknown():
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "${Clean}:live"},
    }
    text = json.dumps({"StartAt": "T", "States": {"T": {**task, "End": True}}})
    state = build_scope(parse_template(text, "t.json").data).states["T"]
    found = list_requirements(state, StackEnvironment(), MACHINE)
    assert (found.required, found.gaps) == ((), ("a substitution in the arguments of lambda:invoke has no value",))
