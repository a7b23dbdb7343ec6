"""Names of resources that exceed a limit of AWS when they contain the stack name.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateScheduleGroup.html
https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sfnorch.template.declarations import find_declarations
from sfnorch.template.intrinsics import UNKNOWN, StackValues
from sfnorch.template.located import Object
from sfnorch.template.resources import IDENTITIES, StackEnvironment

_FUNCTION, _MACHINE = ("Lambda", 64), ("Step Functions", 80)
_LIMITS = {
    "AWS::Events::Rule": ("EventBridge", 64),
    "AWS::Lambda::Function": _FUNCTION,
    "AWS::Serverless::Function": _FUNCTION,
    "AWS::SQS::Queue": ("Amazon SQS", 80),
    "AWS::Scheduler::ScheduleGroup": ("EventBridge Scheduler", 64),
    "AWS::StepFunctions::StateMachine": _MACHINE,
    "AWS::Serverless::StateMachine": _MACHINE,
}
"""The service and its maximum number of characters; names that CloudFormation generates do not exceed it."""


def find_name_faults(template: Object, given: Mapping[str, str], stack_name: str) -> Iterator[str]:
    """Yield a message for each resource whose name is too long in a stack of this name."""
    declared = StackValues(template).get_section("Parameters")
    # a stack can have other values than the template's defaults, so missing parameters are unknown
    known = {name: given.get(name, f"<{name}>") for name in declared}
    stack = StackValues(template, known, StackEnvironment(stack_name=stack_name))
    for resource in find_declarations(stack, *_LIMITS):
        who, limit = _LIMITS[resource.kind]
        name = resource.text(IDENTITIES[resource.kind].name_property)
        if stack.has_resource(resource.logical_id) and len(name) > limit and not UNKNOWN.search(name):
            shorter = f"shorten this name or the stack name by {len(name) - limit}"
            allowed = f"but {who} allows {limit}; {shorter}"
            yield f"{resource.logical_id}: the name {name} has {len(name)} characters, {allowed}"
