"""What the check of definitions accepts and what the simulator runs are the same. The two packages are independent."""

import json
import random

from sfnorch.calls.optimized import read_optimized
from sfnorch.definitions.fields import STATE_TYPES
from sfnorch.definitions.integration import parse_integration
from sfnorch.definitions.intrinsics import FUNCTIONS
from sfnorch.simulator.query.intrinsic_functions import make_intrinsic_functions
from sfnorch.simulator.states import STATES
from sfnorch.template.calls import parse_call
from sfnorch.template.contents import evaluate_template
from sfnorch.template.reader import parse_template


def test_the_types_of_states() -> None:
    assert set(STATE_TYPES) == STATES.keys()


def test_the_intrinsic_functions() -> None:
    assert set(FUNCTIONS) == make_intrinsic_functions(random.Random(0)).keys()  # noqa: S311 - not for security


def test_the_resources_of_all_optimized_integrations() -> None:
    calls = [
        (f"{service}:{name}", pattern)
        for service, actions in read_optimized().items()
        for name, action in actions.items()
        for pattern in ("", *action.patterns)
    ]
    resources = [f"arn:aws:states:::{name}{pattern}" for name, pattern in calls]
    states = {resource: {"Type": "Task", "Resource": resource, "End": True} for resource in resources}
    definition = {"StartAt": resources[0], "States": states}
    machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": definition}}
    template = evaluate_template(parse_template(json.dumps({"Resources": {"All": machine}}), "template"))
    found = [parse_call(state) for state in template.machines[0].list_states()]
    assert [(call.name, call.way) for call in found if call] == calls
    integrations = [parse_integration(resource) for resource in resources]
    assert [(f"{each.service}:{each.action}", each.pattern) for each in integrations if each] == calls
