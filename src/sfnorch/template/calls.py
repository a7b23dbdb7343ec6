"""The actions that a Task calls, and the permissions that its machine's role requires for them.

The permissions are those of `sfnorch.calls`. For a call that is not there, `list_needs` returns None, and no rule
checks it. A resource that is chosen at run time is `*`.
https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import NamedTuple, TypeAlias

from sfnorch.calls.call import ResourceArgument
from sfnorch.calls.catalogue import CALLS, SDK_PREFIXES
from sfnorch.calls.executions import FOLLOWING_ACTIONS, MANAGED_RULE, RULE_ACTIONS, START_ACTIONS
from sfnorch.calls.lambda_invoke import INVOKE
from sfnorch.json_values import find_value, read_string
from sfnorch.template.located import Object
from sfnorch.template.resources import StackEnvironment
from sfnorch.template.states import LocatedState

ANY = "*"
ArgumentReader: TypeAlias = Callable[[str], str]
"""A call's arguments by name: a text, ANY if it is not a text or is unknown, empty if it is missing."""

_STATES_KEPT = 1_000
"""The number of states whose calls are known: a simulation asks for the same ones again and again."""

_INTEGRATION = re.compile(r"arn:[^:]*:states:[^:]*:[^:]*:(?P<call>.+?)(?P<way>\.sync(?::2)?|\.waitForTaskToken)?")
_OWN = re.compile(r"\$states\.context\.StateMachine\.Id\b|^\$\$\.StateMachine\.Id$")
_LAMBDA = re.compile(r"arn:[^:]+:lambda:[^:]*:[^:]*:function:.+")
_MACHINE = re.compile(r"(arn:[^:]+):states:([^:]*):([^:]*):stateMachine:([^:/]+).*")
_ACTIVITY = re.compile(r"arn:[^:]*:states:[^:]*:[^:]*:activity:.*")
_QUEUE = re.compile(r"https://sqs\.([^.]+)\.[^/]+/([^/]+)/(.+)")


class RequiredAction(NamedTuple):
    """An action that the role must allow, and the resource of the action."""

    action: str
    resource: str


class ServiceCall(NamedTuple):
    """A Task's call: `glue:startJobRun` or `aws-sdk:glue:getJobRun`, and its integration pattern: `.sync` or empty."""

    name: str
    way: str = ""

    @property
    def action(self) -> str:
        """Return the action without the kind of integration: `glue:startJobRun`."""
        return self.name.removeprefix("aws-sdk:")

    @property
    def service(self) -> str:
        """Return the service as the integration names it."""
        return self.action.partition(":")[0]

    def __str__(self) -> str:
        return self.name + self.way


@lru_cache(maxsize=_STATES_KEPT)
def parse_call(state: LocatedState) -> ServiceCall | None:
    """Return the Task's call; None for another state, an activity, or an unknown resource."""
    return _parse_resource(state.read_text("Resource")) if state.kind == "Task" else None


@cache
def _parse_resource(resource: str) -> ServiceCall | None:
    if _LAMBDA.fullmatch(resource):
        return ServiceCall("lambda:invoke")
    match = _INTEGRATION.fullmatch(resource)
    if match is None or match["call"].startswith("activity"):
        return None
    return ServiceCall(match["call"], match["way"] or "")


@lru_cache(maxsize=_STATES_KEPT)
def is_function_call(state: LocatedState) -> bool:
    """Return whether the Task's resource is a Lambda function itself, not a service that calls it."""
    return _LAMBDA.fullmatch(state.read_text("Resource")) is not None


@lru_cache(maxsize=_STATES_KEPT)
def is_activity(state: LocatedState) -> bool:
    """Return whether the Task's resource is an activity, whose work a worker does.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html
    """
    return _ACTIVITY.fullmatch(state.read_text("Resource")) is not None


def read_argument(state: LocatedState, name: str) -> str:
    """Return the Task's argument as text; ANY if an expression computes it, empty if it is missing."""
    key = "Arguments" if state.jsonata else "Parameters"
    match state.body.get(key):
        case str():
            return ANY
        case Object() as given if f"{name}.$" in given:
            return ANY
        case Object() as given:
            value = given.get(name, "")
        case _:
            return ""
    match value:
        case None:
            return ""
        case str() if not (state.jsonata and value.startswith("{%")):
            return value
    return ANY


def list_needs(
    state: LocatedState, where: StackEnvironment, given: ArgumentReader | None = None
) -> list[RequiredAction] | None:
    """Return the permissions that a Task requires; empty for a state without a call, None for an unknown call.

    `given` returns the call's arguments by name, like `read_argument`. Without it, they are those of the definition.
    """
    given = given or partial(read_argument, state)
    call = parse_call(state)
    if call is None:
        return None if state.kind == "Task" and not is_activity(state) else []
    if call.name == INVOKE.resource:
        return [RequiredAction(action, _build_function_arn(state, given, where)) for action in INVOKE.actions]
    if call.name in ("states:startExecution", "aws-sdk:sfn:startExecution"):
        return _list_start_execution_needs(given("StateMachineArn"), call.way, where)
    known = CALLS.get(str(call)) or CALLS.get(call.name)
    if known is not None:
        return [
            RequiredAction(action, arn)
            for grant in known.grants
            for arn in [_build_resource_arn(grant.on, given, where)]
            for action in grant.actions
        ]
    prefix = SDK_PREFIXES.get(call.service)
    if call.name.startswith("aws-sdk:") and prefix:
        action = call.name.rpartition(":")[2]
        return [RequiredAction(f"{prefix}:{action[:1].upper()}{action[1:]}", ANY)]
    return None


def list_data_actions(state: LocatedState) -> tuple[str, ...]:
    """Return the actions on data that the called service can perform with the permissions of the role."""
    call = parse_call(state)
    known = CALLS.get(str(call)) if call else None
    return known.data_actions if known else ()


def list_distributed_map_needs(machine_arn: str) -> list[RequiredAction]:
    """Return the permissions that a distributed Map requires: its items run as executions of the machine itself.

    https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    """
    return [RequiredAction(action, machine_arn) for action in START_ACTIONS]


def find_child_arn(state: LocatedState) -> str:
    """Return the ARN of the machine that the Task starts; empty if it starts none, ANY if it is chosen at run time."""
    call = parse_call(state)
    return read_argument(state, "StateMachineArn") if call and call.name.endswith(":startExecution") else ""


def can_start_itself(state: LocatedState) -> bool:
    """Return whether the Task starts its own machine again and does not wait for the new execution."""
    call = parse_call(state)
    given, name = ("Arguments", "StateMachineArn") if state.jsonata else ("Parameters", "StateMachineArn.$")
    machine = read_string(find_value(state.body.get(given), name))
    own = _OWN.search(machine) is not None
    return own and call is not None and call.name.endswith(":startExecution") and not call.way


def _build_resource_arn(named: ResourceArgument | None, given: ArgumentReader, where: StackEnvironment) -> str:
    """Return the ARN of the resource that an argument names; ANY if none does, or if it is chosen at run time."""
    value = given(named.argument) if named else ""
    if named is None or not value or value == ANY:
        return ANY
    if not named.is_always_name and value.startswith(("arn:", "<")):
        return value
    if named.service == "sqs" and (match := _QUEUE.fullmatch(value)):
        return f"arn:{where.partition}:sqs:{match[1]}:{match[2]}:{match[3]}"
    if named.service == "s3":
        return f"arn:{where.partition}:s3:::{value}/{given('Key') or ANY}"
    return f"arn:{where.partition}:{named.service}:{where.region}:{where.account}:{named.prefix}{value}"


def _build_function_arn(state: LocatedState, given: ArgumentReader, where: StackEnvironment) -> str:
    resource = state.read_text("Resource")
    name = resource if _LAMBDA.fullmatch(resource) else given("FunctionName") or ANY
    qualifier = given("Qualifier")
    if ANY in (name, qualifier):
        return ANY
    if not name.startswith(("arn:", "<")):
        end = name.rpartition("function:")[2]
        name = f"arn:{where.partition}:lambda:{where.region}:{where.account}:function:{end}"
    if qualifier and not name.startswith("<"):
        name = f"{name}:{qualifier}"
    # a permission on the function and one on all its qualifiers both allow a call of $LATEST
    return f"{name.removesuffix(':$LATEST')}*" if name.endswith(":$LATEST") else name


def _list_start_execution_needs(machine: str, way: str, where: StackEnvironment) -> list[RequiredAction]:
    match = _MACHINE.fullmatch(machine)
    if match:  # IAM checks the machine, also if a version or an alias of it is started
        machine = f"{match[1]}:states:{match[2]}:{match[3]}:stateMachine:{match[4]}"
    found = [RequiredAction(action, machine or ANY) for action in START_ACTIONS]
    if way.startswith(".sync"):
        match = _MACHINE.fullmatch(machine)
        prefix = f"arn:{where.partition}:states:{where.region}:{where.account}"
        executions = (
            f"{match[1]}:states:{match[2]}:{match[3]}:execution:{match[4]}:*" if match else f"{prefix}:execution:*"
        )
        rule = f"arn:{where.partition}:events:{where.region}:{where.account}:rule/{MANAGED_RULE}"
        found += [RequiredAction(action, executions) for action in FOLLOWING_ACTIONS]
        found += [RequiredAction(action, rule) for action in RULE_ACTIONS]
    return found
