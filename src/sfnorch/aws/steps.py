"""What a deployment has to do, as data: from the state of the stack to a list of steps, made without a call.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html tells what each status means.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Literal

from sfnorch.aws.stacks import IN_REVIEW, Stack
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from types_boto3_cloudformation.type_defs import CreateChangeSetInputTypeDef, ParameterTypeDef

OnFailure = Literal["rollback", "delete", "keep"]

_SETTLED = (
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
)
_EMPTY = "ROLLBACK_COMPLETE"
_HALF_MADE = ("CREATE_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED")
_TOKEN = re.compile(r"sfnorch-(?P<digest>[0-9a-f]{16})-(?P<verb>[a-z]+)-[0-9a-f]+")


class Verb(Enum):
    """What a step does; an operation's token says which step began it."""

    MAKE_BUCKET = "bucket"
    CHANGE_SET = "changes"
    REVIEW = "review"
    EXECUTE = "execute"
    DELETE = "delete"
    ROLL_BACK = "rollback"
    CONTINUE_ROLLBACK = "continue"
    FOLLOW = "follow"
    """Follow this very deployment, which is under way; its end is the end."""
    AWAIT = "await"
    """Wait for what is under way, and then look again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: what is told before it, and what is asked; `firm`: that nobody may say yes to beforehand."""

    verb: Verb
    says: str = ""
    question: str = ""
    firm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be deployed. The template is sent as `body`, or lies at `url`."""

    stack_name: str
    body: str
    url: str = ""
    declared: tuple[str, ...] = ()
    """The names of the template's parameters."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Values that are given; what isn't given keeps its value, or has its default."""
    secret: tuple[str, ...] = ()
    """The names of parameters whose values are nobody's business: NoEcho."""
    tags: Mapping[str, str] = field(default_factory=dict)
    role_arn: str = ""
    on_failure: OnFailure = "rollback"
    keeps_parameters: bool = True
    """Whether a parameter that isn't given keeps the stack's value; else it has the template's default again."""
    settled: bool = True
    """Whether the same template and parameters mean the same at another time: not what SSM or a macro yields."""

    @property
    def digest(self) -> str:
        """What the same wish has again, and no other: by it a deployment that was cut off knows its own traces.

        Of a secret value it holds a slow hash, which can't be guessed from the short digest in reasonable time.
        """
        told = {name: value for name, value in self.parameters.items() if name not in self.secret}
        kept = {
            name: hashlib.scrypt(value.encode(), salt=f"{self.stack_name}/{name}".encode(), n=2**14, r=8, p=1).hex()
            for name, value in self.parameters.items()
            if name in self.secret
        }
        what = [self.stack_name, self.body, told, kept, dict(self.tags), self.role_arn, self.on_failure]
        what += [] if self.keeps_parameters else ["defaults"]
        return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:16]


def name_prefix(digest: str) -> str:
    """How the names of this deployment's change sets begin."""
    return f"sfnorch-{digest}-"


def digest_of(change_set_name: str) -> str:
    """Return the digest of the wish that a change set of sfnorch's is of; for another's one made from its name."""
    change_set_name = change_set_name.partition(":changeSet/")[2].partition("/")[0] or change_set_name  # of an ARN
    match = re.match(r"sfnorch-([0-9a-f]{16})-", change_set_name)
    return match[1] if match else hashlib.sha256(change_set_name.encode()).hexdigest()[:16]


def token(digest: str, verb: Verb, nonce: str) -> str:
    """Return the token of an operation of this deployment, told again in the operation's events."""
    return f"sfnorch-{digest}-{verb.value}-{nonce}"


def own_verb(operation_token: str, digest: str) -> Verb | None:
    """Return what of this deployment the operation with this token is; None where it is another's."""
    match = _TOKEN.fullmatch(operation_token)
    return Verb(match["verb"]) if match and match["digest"] == digest else None


def steps(stack: Stack | None, digest: str, operation_token: str = "", *, execute: bool = True) -> list[Step]:
    """Return what is to be done to deploy over the stack as it is; `operation_token` is that of the operation under way.

    Raises SfnorchError for a status that nothing leads out of.
    """
    if stack is not None and stack.in_progress:
        return [_under_way(stack, own_verb(operation_token, digest))]
    change = [Step(verb=Verb.CHANGE_SET)]
    if execute:
        change += [Step(verb=Verb.REVIEW, question="Deploy these changes?"), Step(verb=Verb.EXECUTE)]
    if stack is None or stack.status == IN_REVIEW or stack.status in _SETTLED:
        return change
    return [_recovery(stack), *change]


def holds_resources(stack: Stack) -> bool:
    """Return whether the stack may hold resources of an earlier deployment."""
    return stack.status not in (IN_REVIEW, _EMPTY)


def kept_parameters(stack: Stack | None) -> Mapping[str, str]:
    """Return the parameters whose values are kept unless others are given: none of a stack that is to be made (anew)."""
    if stack is None or stack.status == IN_REVIEW or stack.status in (_EMPTY, *_HALF_MADE):
        return {}
    return stack.parameters


def change_set_request(wish: Wish, stack: Stack | None, name: str) -> CreateChangeSetInputTypeDef:
    """Return what CreateChangeSet is asked. A parameter that isn't given keeps the value that the stack has.

    That roles may be made is acknowledged for every template: who reviews the changes sees them, and what a macro or a
    module makes can't be told from the template.
    """
    creates = stack is None or stack.status == IN_REVIEW
    request: CreateChangeSetInputTypeDef = {
        "StackName": wish.stack_name,
        "ChangeSetName": name,
        "ClientToken": name,
        "ChangeSetType": "CREATE" if creates else "UPDATE",
        "Parameters": _parameters(wish, kept_parameters(stack) if wish.keeps_parameters else ()),
        "Capabilities": ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"),
        "OnStackFailure": _on_stack_failure(wish.on_failure, creates=creates),
        "Description": "made by sfnorch deploy",
    }
    if wish.url:
        request["TemplateURL"] = wish.url
    else:
        request["TemplateBody"] = wish.body
    if wish.role_arn:
        request["RoleARN"] = wish.role_arn
    if wish.tags:
        request["Tags"] = [{"Key": key, "Value": value} for key, value in wish.tags.items()]
    return request


def _parameters(wish: Wish, before: Iterable[str]) -> list[ParameterTypeDef]:
    given: list[ParameterTypeDef] = [
        {"ParameterKey": name, "ParameterValue": value} for name, value in wish.parameters.items()
    ]
    kept = [name for name in wish.declared if name in before and name not in wish.parameters]
    return given + [{"ParameterKey": name, "UsePreviousValue": True} for name in kept]


def _on_stack_failure(wanted: OnFailure, *, creates: bool) -> Literal["ROLLBACK", "DELETE", "DO_NOTHING"]:
    """Return what CloudFormation calls it. It deletes only what it has just created: an update is rolled back instead."""
    if wanted == "keep":
        return "DO_NOTHING"
    return "DELETE" if wanted == "delete" and creates else "ROLLBACK"


def _under_way(stack: Stack, own: Verb | None) -> Step:
    if own is Verb.EXECUTE:
        return Step(verb=Verb.FOLLOW, says=f"This very deployment of {stack.name} is under way: {stack.status}.")
    says = f"An operation on {stack.name} is under way: {stack.status}."
    if own is not None:
        return Step(verb=Verb.AWAIT, says=says)
    if stack.status == "DELETE_IN_PROGRESS":
        return Step(verb=Verb.AWAIT, says=says, question="Wait until it is deleted, and then create it anew?")
    return Step(verb=Verb.AWAIT, says=says, question="Wait for its end, and then deploy?", firm=True)


def _recovery(stack: Stack) -> Step:
    """Return the step that makes the stack one that can be deployed to again."""
    name, status = stack.name, stack.status
    if status == _EMPTY:
        says = f"{name} is {status}: its creation failed, and nothing of it is left."
        return Step(verb=Verb.DELETE, says=says, question="Delete it, and create it anew?")
    if status in _HALF_MADE:
        says = f"{name} is {status}: some of its resources are there."
        return Step(verb=Verb.DELETE, says=says, question="Delete it with all its resources, and create it anew?")
    if status == "UPDATE_FAILED":
        says = f"{name} is {status}: its last update failed half way, and was not rolled back."
        return Step(verb=Verb.ROLL_BACK, says=says, question="Roll it back first?")
    if status == "UPDATE_ROLLBACK_FAILED":
        says = f"{name} is {status}: its last update failed, and so did going back."
        return Step(verb=Verb.CONTINUE_ROLLBACK, says=says, question="Continue the rollback first?")
    raise SfnorchError(
        f"{name} is {status}, from which sfnorch knows no way on",
        hint="the CloudFormation console shows what can be done with it",
    )
