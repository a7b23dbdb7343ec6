"""Plan a deployment: from the state of the stack to a list of steps, without a call.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html explains each status.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Literal

from sfnorch.aws.stacks import REVIEW_STATUS, ROLLBACK_FAILED, Stack
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


class StepAction(Enum):
    """What a step does; an operation's token says which step started it."""

    MAKE_BUCKET = "bucket"
    CHANGE_SET = "changes"
    REVIEW = "review"
    EXECUTE = "execute"
    DELETE = "delete"
    ROLL_BACK = "rollback"
    CONTINUE_ROLLBACK = "continue"
    FORCE_ROLLBACK = "force"
    """Continue the rollback without the resources that can't be rolled back."""
    FOLLOW = "follow"
    """Follow this deployment, which is in progress already."""
    AWAIT = "await"
    """Wait for the operation in progress, then read the stack again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step: the text shown before it, and its question. `firm`: --yes does not answer the question."""

    verb: StepAction
    says: str = ""
    question: str = ""
    firm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentRequest:
    """A request to deploy. The template is sent as `body`, or is stored at `url`."""

    stack_name: str
    body: str
    url: str = ""
    declared: tuple[str, ...] = ()
    """The names of the template's parameters."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Values of parameters. Other parameters keep their value or have their default."""
    secret: tuple[str, ...] = ()
    """The names of parameters with NoEcho, whose values are secret."""
    tags: Mapping[str, str] = field(default_factory=dict)
    role_arn: str = ""
    on_failure: OnFailure = "rollback"
    keeps_parameters: bool = True
    """Whether a parameter without a value keeps the stack's value, or gets the template's default."""
    settled: bool = True
    """Whether template and parameters always mean the same: not with values of SSM, nor with macros."""
    express: bool = False
    """Whether the operation ends when the configuration of all resources is applied."""
    revert_drift: bool = False
    """Whether an update also brings resources that were changed outside of CloudFormation back to the template."""
    force_rollback: bool = False
    """Whether a rollback that failed is continued without the resources that can't be rolled back."""

    @property
    def is_reusable(self) -> bool:
        """Return whether a change set of an earlier deployment with the same digest still has the same changes.

        The changes of a drift-aware change set depend on the state of the resources when it was created.
        """
        return self.settled and not self.revert_drift

    @property
    def digest(self) -> str:
        """Return the digest of the request, by which an interrupted deployment recognizes its change sets.

        For a secret value it uses a slow hash, which can't be guessed from the short digest in reasonable time.
        """
        told = {name: value for name, value in self.parameters.items() if name not in self.secret}
        kept = {
            name: hashlib.scrypt(value.encode(), salt=f"{self.stack_name}/{name}".encode(), n=2**14, r=8, p=1).hex()
            for name, value in self.parameters.items()
            if name in self.secret
        }
        what = [self.stack_name, self.body, told, kept, dict(self.tags), self.role_arn, self.on_failure]
        what += [] if self.keeps_parameters else ["defaults"]
        what += ["express"] * self.express + ["revert drift"] * self.revert_drift
        return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:16]


def build_name_prefix(digest: str) -> str:
    """Return the prefix of the names of this deployment's change sets."""
    return f"sfnorch-{digest}-"


def derive_digest(change_set_name: str) -> str:
    """Return the digest in the name of sfnorch's change set; for another change set, one of its name."""
    change_set_name = change_set_name.partition(":changeSet/")[2].partition("/")[0] or change_set_name  # of an ARN
    match = re.match(r"sfnorch-([0-9a-f]{16})-", change_set_name)
    return match[1] if match else hashlib.sha256(change_set_name.encode()).hexdigest()[:16]


def build_token(digest: str, verb: StepAction, nonce: str) -> str:
    """Return the token of an operation of this deployment, which the operation's events contain."""
    return f"sfnorch-{digest}-{verb.value}-{nonce}"


def find_own_verb(operation_token: str, digest: str) -> StepAction | None:
    """Return which step of this deployment has this token; None if it belongs to another deployment."""
    match = _TOKEN.fullmatch(operation_token)
    return StepAction(match["verb"]) if match and match["digest"] == digest else None


def plan_steps(
    stack: Stack | None,
    digest: str,
    operation_token: str = "",
    *,
    execute: bool = True,
    retries: bool = False,
    force_rollback: bool = False,
) -> list[Step]:
    """Return the steps to deploy to the stack. `operation_token` is the token of the operation in progress.

    `retries`: whether the deployment is in express mode without rollback, which can update a failed stack of its kind.
    Raises SfnorchError for a status that can't be left.
    """
    if stack is not None and stack.in_progress:
        return [_create_follow_step(stack, find_own_verb(operation_token, digest))]
    change = [Step(verb=StepAction.CHANGE_SET)]
    if execute:
        change += [Step(verb=StepAction.REVIEW, question="Deploy these changes?"), Step(verb=StepAction.EXECUTE)]
    if stack is None or stack.status == REVIEW_STATUS or stack.status in _SETTLED:
        return change
    if stack.status == "UPDATE_FAILED" and stack.express:
        if retries:
            return change
        raise SfnorchError(
            f"{stack.name} is UPDATE_FAILED after an update in express mode without rollback, which CloudFormation "
            "can't roll back",
            hint="deploy a template that succeeds, or the last one that did, with --express --on-failure keep",
        )
    return [_create_recovery_step(stack, force=force_rollback), *change]


def can_hold_resources(stack: Stack) -> bool:
    """Return whether the stack can contain resources of an earlier deployment."""
    return stack.status not in (REVIEW_STATUS, _EMPTY)


def list_kept_parameters(stack: Stack | None) -> Mapping[str, str]:
    """Return the parameters that keep their values unless overridden; none for a stack to create."""
    if stack is None or stack.status == REVIEW_STATUS or stack.status in (_EMPTY, *_HALF_MADE):
        return {}
    return stack.parameters


def build_change_set_request(wish: DeploymentRequest, stack: Stack | None, name: str) -> CreateChangeSetInputTypeDef:
    """Return the parameters of CreateChangeSet. Template parameters without a value keep the stack's value.

    The capability to create roles is acknowledged for every template: the review of the changes shows them, and the
    resources of a macro or a module are not visible in the template.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-express-mode.html
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html
    """
    creates = stack is None or stack.status == REVIEW_STATUS
    request: CreateChangeSetInputTypeDef = {
        "StackName": wish.stack_name,
        "ChangeSetName": name,
        "ClientToken": name,
        "ChangeSetType": "CREATE" if creates else "UPDATE",
        "Parameters": _build_parameters(wish, list_kept_parameters(stack) if wish.keeps_parameters else ()),
        "Capabilities": ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"),
        "Description": "created by sfnorch deploy",
    }
    if wish.express:  # which replaces OnStackFailure, and disables the rollback unless it says otherwise
        request["DeploymentConfig"] = {"Mode": "EXPRESS", "DisableRollback": wish.on_failure == "keep"}
    else:
        request["OnStackFailure"] = _choose_stack_failure_action(wish.on_failure, creates=creates)
    if wish.revert_drift and not creates:
        request["DeploymentMode"] = "REVERT_DRIFT"
    if wish.url:
        request["TemplateURL"] = wish.url
    else:
        request["TemplateBody"] = wish.body
    if wish.role_arn:
        request["RoleARN"] = wish.role_arn
    if wish.tags:
        request["Tags"] = [{"Key": key, "Value": value} for key, value in wish.tags.items()]
    return request


def _build_parameters(wish: DeploymentRequest, before: Iterable[str]) -> list[ParameterTypeDef]:
    given: list[ParameterTypeDef] = [
        {"ParameterKey": name, "ParameterValue": value} for name, value in wish.parameters.items()
    ]
    kept = [name for name in wish.declared if name in before and name not in wish.parameters]
    return given + [{"ParameterKey": name, "UsePreviousValue": True} for name in kept]


def _choose_stack_failure_action(wanted: OnFailure, *, creates: bool) -> Literal["ROLLBACK", "DELETE", "DO_NOTHING"]:
    """Return the value of OnStackFailure. DELETE is valid for creations only; an update is rolled back instead."""
    if wanted == "keep":
        return "DO_NOTHING"
    return "DELETE" if wanted == "delete" and creates else "ROLLBACK"


def _create_follow_step(stack: Stack, own: StepAction | None) -> Step:
    if own is StepAction.EXECUTE:
        return Step(
            verb=StepAction.FOLLOW, says=f"This deployment of {stack.name} is in progress already: {stack.status}."
        )
    says = f"An operation on {stack.name} is in progress: {stack.status}."
    if own is not None:
        return Step(verb=StepAction.AWAIT, says=says)
    if stack.status == "DELETE_IN_PROGRESS":
        return Step(verb=StepAction.AWAIT, says=says, question="Wait until it is deleted, then create it again?")
    return Step(verb=StepAction.AWAIT, says=says, question="Wait until it ends, then deploy?", firm=True)


def _create_recovery_step(stack: Stack, *, force: bool) -> Step:
    """Return the step that brings the stack into a state that can be deployed to."""
    name, status = stack.name, stack.status
    if status == _EMPTY:
        says = f"{name} is {status}: its creation failed, and no resource is left."
        return Step(verb=StepAction.DELETE, says=says, question="Delete it, then create it again?")
    if status in _HALF_MADE:
        says = f"{name} is {status}: some of its resources exist."
        return Step(
            verb=StepAction.DELETE, says=says, question="Delete it with all its resources, then create it again?"
        )
    if status == "UPDATE_FAILED":
        says = f"{name} is {status}: its last update failed and was not rolled back."
        return Step(verb=StepAction.ROLL_BACK, says=says, question="Roll it back first?")
    if status == ROLLBACK_FAILED:
        says = f"{name} is {status}: its last update failed, and its rollback failed too."
        verb = StepAction.FORCE_ROLLBACK if force else StepAction.CONTINUE_ROLLBACK
        question = "Skip these resources, and force the rollback first?" if force else "Continue the rollback first?"
        return Step(verb=verb, says=says, question=question)
    raise SfnorchError(
        f"{name} is {status}, from which sfnorch can't deploy",
        hint="the CloudFormation console shows the available actions",
    )
