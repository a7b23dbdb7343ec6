"""Compare a deployed stack with a plan or a template."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfnorch.app.account import AwsAccount
from sfnorch.app.deployment.checks import refuse_parameters
from sfnorch.app.deployment.deployable import Deployable, StackRequest, read_deployable
from sfnorch.app.deployment.deployed_stack import DeployedStack, find_parameter_owners
from sfnorch.app.deployment.uploads import Uploads
from sfnorch.app.environment_settings import choose_bucket, open_environment_account
from sfnorch.app.sources import find_environment
from sfnorch.app.stack_updates import StackReporter
from sfnorch.aws.drift import DETECTABLE, detect_drift
from sfnorch.aws.stack_calls import StackCalls
from sfnorch.aws.stacks import REVIEW_STATUS, get_stack
from sfnorch.aws.steps import StepAction, list_kept_parameters, plan_steps
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from sfnorch.aws.change_sets import ChangeSet
    from sfnorch.aws.drift import ResourceDrift
    from sfnorch.aws.stacks import Stack

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The difference between a deployed stack and a plan or a template."""

    stack: str
    """The name of the stack."""
    lines: tuple[str, ...]
    """The lines of the unified diff of the templates."""
    parameters: Mapping[str, tuple[str | None, str | None]]
    """The parameters that would change, each with its value before and after; None for no value."""
    overrides: Mapping[str, str]
    """The parameters whose values in the stack differ from the defaults of the template, and stay."""
    owners: Mapping[str, str]
    """The only user of a parameter, by the name of the parameter."""
    change_set: ChangeSet | None
    """The changes to resources; None if they are unknown."""
    conflicts: Sequence[str] = ()
    """Messages about names that a deployment would require and that are in use."""
    notes: Sequence[str] = ()
    """Why a change set or the drift is missing, and which other plan the stack holds, if any."""
    drift: Sequence[ResourceDrift] | None = None
    """The resources that were changed outside of CloudFormation; None if they were not looked for, or are unknown."""

    @property
    def has_differences(self) -> bool:
        """Whether there is any difference, also between the stack and its resources."""
        is_drifted = any(each.status != "UNKNOWN" for each in self.drift or ())
        return bool(self.lines or self.parameters or (self.change_set and self.change_set.changes) or is_drifted)


def compare_texts(deployed: str, rendered: str, stack: str, file: str) -> tuple[str, ...]:
    """Return the lines of the unified diff of the two texts, without line breaks.

    JSON has the same layout on both sides. CloudFormation returns `?` for characters outside ASCII; a line that
    differs only in them is not a difference. https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1220
    """
    before, after = _split(deployed), _split(rendered)
    given_back = {_NOT_ASCII.sub("?", line): line for line in after if not line.isascii()}
    before = [given_back.get(line, line) for line in before]
    return tuple(difflib.unified_diff(before, after, f"deployed: {stack}", f"here: {file}", lineterm=""))


def _split(text: str) -> list[str]:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False).splitlines()
    except ValueError:
        return text.splitlines()


def diff(request: StackRequest, account: AwsAccount | None = None, *, drift: bool = False) -> Difference:
    """Compare the deployed stack with a plan or a template, as `sfnorch diff` does, and return the difference.

    The changes to resources come from a change set, which is deleted again. With `drift`, CloudFormation also compares
    the resources with the template of the stack, which takes up to several minutes.

    Raises PlanError for an invalid plan, RequestError for a request that does not fit it, and SfnorchError if the stack
    does not exist.
    """
    account = open_environment_account(request.environment or find_environment(request.plan), account)
    with account.waits("Reading the template"):
        deployable = read_deployable(request)
    client = account.session.cloudformation
    name = request.stack_name or deployable.stack_name
    with account.waits(f"Reading the stack {name}"):
        stack = get_stack(client, name)
    kept = list_kept_parameters(stack)
    refuse_parameters(deployable, kept)
    before = None if stack.status == REVIEW_STATUS else DeployedStack(client=client, stack=stack)
    with account.waits("Reading the deployed template"):
        deployed = before.text if before else ""
    bucket = choose_bucket(deployable.environment, request.s3_bucket, resolve=request.resolve_s3)
    uploads = Uploads(account, bucket, resolve=request.resolve_s3)
    change_set, note = _preview(deployable, stack, uploads.upload_template(deployable, stack.name), account)
    drifted, drift_notes = _find_drift(stack, account) if drift else (None, ())
    return Difference(
        stack=stack.name,
        lines=compare_texts(deployed, deployable.text, stack.name, deployable.template.source.file),
        parameters=deployable.list_changed_parameters(stack.parameters, kept),
        overrides=deployable.list_kept_overrides(kept),
        owners=find_parameter_owners(deployable),
        change_set=change_set,
        conflicts=before.list_conflicts(deployable, change_set) if before and change_set else (),
        notes=tuple(filter(None, (note, *drift_notes, before.explain_replacement(deployable) if before else ""))),
        drift=drifted,
    )


def _find_drift(stack: Stack, account: AwsAccount) -> tuple[Sequence[ResourceDrift] | None, Sequence[str]]:
    """Return the resources that differ from the template of the stack, or None, and what could not be checked."""
    if stack.status not in DETECTABLE:
        return None, (f"The drift is unknown: {stack.name} is {stack.status}.",)
    with account.waits("Detecting drift"):
        found = detect_drift(account.session.cloudformation, stack.id, account.clock)
    return found.resources, found.notes


def _preview(
    deployable: Deployable, stack: Stack, url: str | None, account: AwsAccount
) -> tuple[ChangeSet | None, str]:
    """Return the changes of the deployment, or None with the reason. `url` is None without the bucket that it needs."""
    try:
        first = plan_steps(stack, "")[0]
    except SfnorchError as error:
        return None, f"{error.message}. The changes to resources are unknown."
    if first.verb is not StepAction.CHANGE_SET or stack.status == REVIEW_STATUS:
        says = first.says or f"{stack.name} is {stack.status}."
        return None, f"{says} The changes to resources are unknown until the operation ends."
    if url is None:
        return None, (
            "The changes to resources are unknown: the template requires an S3 bucket; "
            "pass --s3-bucket BUCKET or --resolve-s3."
        )
    wish = deployable.make_wish(stack.name, url=url)
    calls = StackCalls(
        client=account.session.cloudformation,
        name=stack.name,
        digest=wish.digest,
        onlooker=StackReporter(account.waits),
        clock=account.clock,
        nonce=account.make_nonce,
    )
    return calls.preview_changes(wish, stack), ""
