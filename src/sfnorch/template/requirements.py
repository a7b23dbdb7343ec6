"""All permissions that a state requires of its machine's role, or of the role that it assumes.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-access-cross-acct-resources.html
https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, NamedTuple

from sfnorch.json_values import find_value, read_mapping, read_string
from sfnorch.template.arguments import UNKNOWN_VALUE, Arguments
from sfnorch.template.calls import (
    ArgumentReader,
    RequiredAction,
    ServiceCall,
    list_distributed_map_needs,
    list_needs,
    parse_call,
    read_argument,
)
from sfnorch.template.passed_roles import list_passed_roles
from sfnorch.template.resources import StackEnvironment
from sfnorch.template.states import LocatedState

_START_JOB_RUN = "glue:startJobRun"
_PUT_EVENTS = ("events:putEvents", "aws-sdk:eventbridge:putEvents")


class Requirement(NamedTuple):
    """An action on a resource, with the known condition keys of the request."""

    need: RequiredAction
    context: Mapping[str, str] = MappingProxyType({})


class Requirements(NamedTuple):
    """The permissions that a state requires, and the unknown ones, each as a clause.

    `role` is the ARN of the role in the Task's Credentials; empty if the Task uses its machine's role.
    """

    required: tuple[Requirement, ...] = ()
    gaps: tuple[str, ...] = ()
    role: str = ""


def list_requirements(
    state: LocatedState,
    where: StackEnvironment,
    machine_arn: str,
    arguments: Any = None,
    credentials: Any = None,
) -> Requirements:
    """Return the permissions that the state requires; `arguments` and `credentials` are the values at run time."""
    if state.distributed:
        return Requirements(required=tuple(Requirement(need=need) for need in list_distributed_map_needs(machine_arn)))
    call = parse_call(state)
    held = Arguments(state, arguments)
    role = _find_assumed_role(state, credentials)
    if call is not None and call.name in _PUT_EVENTS:
        return Requirements(required=tuple(_list_event_requirements(held, where)), role=role)
    found = list_needs(state, where, _choose_argument_reader(state, arguments))
    gaps = [] if found is not None else [f"the permissions that {_describe_call(state, call)} requires are unknown"]
    known = [need for need in found or () if "${" not in need.resource]
    if found is not None and len(known) < len(found):
        gaps.append(f"a substitution in the arguments of {_describe_call(state, call)} has no value")
    required = [Requirement(need=need, context=_build_call_context(need, held)) for need in known]
    for passed in list_passed_roles(call.action, held, where) if call is not None else ():
        if passed.service:
            context = {"iam:PassedToService": passed.service}
            required.append(Requirement(need=RequiredAction("iam:PassRole", passed.arn), context=context))
        else:
            gaps.append(f"it is unknown whether {call} passes the role {passed.arn}, which requires iam:PassRole")
    return Requirements(required=tuple(required), gaps=tuple(gaps), role=role)


def find_deciding_argument(state: LocatedState, arguments: Any) -> str:
    """Return the name of the Glue job that a Task starts, if the required permissions depend on nothing else.

    It is empty for another call, and for arguments that can name a role.
    """
    call, given = parse_call(state), read_mapping(arguments)
    if call is None or call.name != _START_JOB_RUN:
        return ""
    named = read_mapping(given.get("Arguments"))
    for name, value in given.items():
        if isinstance(value, (dict, list)) and name != "Arguments":
            return ""
    for value in named.values():
        if isinstance(value, (dict, list)):
            return ""
    if _can_name_role(tuple(given)) or _can_name_role(tuple(named)):
        return ""
    return read_string(given.get("JobName"))


@lru_cache(maxsize=1_000)
def _can_name_role(names: tuple[str, ...]) -> bool:
    return any(name.lower().endswith(("role", "rolearn")) for name in names)


def _choose_argument_reader(state: LocatedState, arguments: Any) -> ArgumentReader:
    if arguments is None:
        return partial(read_argument, state)

    def read_given(name: str) -> str:
        value = find_value(arguments, name)
        return "" if value is None else read_string(value, UNKNOWN_VALUE)

    return read_given


def _describe_call(state: LocatedState, call: ServiceCall | None) -> str:
    return str(call) if call is not None else state.read_text("Resource") or "a Task without a Resource"


def _find_assumed_role(state: LocatedState, credentials: Any) -> str:
    """Return the ARN of the role in the Task's Credentials; ANY if an expression computes it."""
    given = state.body.get("Credentials") if credentials is None else credentials
    if state.kind != "Task" or given is None:
        return ""
    value = read_string(find_value(given, "RoleArn"), UNKNOWN_VALUE)
    return UNKNOWN_VALUE if credentials is None and value.startswith("{%") else value


def _list_event_requirements(arguments: Arguments, where: StackEnvironment) -> Iterator[Requirement]:
    """Yield the permission on the event bus of each entry; the default is the bus `default`.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
    """
    prefix = f"arn:{where.partition}:events:{where.region}:{where.account}:event-bus/"
    entries = arguments.list_mappings("Entries")
    if entries is None:
        yield Requirement(need=RequiredAction("events:PutEvents", f"{prefix}*"))
    seen = set()
    for entry in entries or ():
        bus = arguments.read_text(entry, "EventBusName") or "default"
        arn = bus if bus.startswith(("arn:", "<")) else f"{prefix}{bus}"
        known = {"events:source": "Source", "events:detail-type": "DetailType"}
        context = {
            key: value
            for key, name in known.items()
            if (value := arguments.read_text(entry, name)) not in ("", UNKNOWN_VALUE)
        }
        mark = (arn, *context.items())
        if mark not in seen:
            seen.add(mark)
            yield Requirement(need=RequiredAction("events:PutEvents", arn), context=context)


def _build_call_context(need: RequiredAction, arguments: Arguments) -> dict[str, str]:
    """Return the condition keys that the call's arguments determine."""
    if need.action == "cloudwatch:PutMetricData":
        names = [
            value for name, value in arguments.find_texts("Namespace") if name == "Namespace" and value != UNKNOWN_VALUE
        ]
        return {"cloudwatch:namespace": names[0]} if names else {}
    return {}
