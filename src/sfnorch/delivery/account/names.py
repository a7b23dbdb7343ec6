"""Names of the roles and buckets of an environment, which its jobs in a CI know without a look into the account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sfnorch.errors import SfnorchError
from sfnorch.partitions import find_partition

MAX_STACK_NAME = 44
"""The longest name of a stack: a bucket's name has at most 63 characters [documented], with its end and the account.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""

STACK_NAME_PATTERN = f"^[a-z][a-z0-9-]{{0,{MAX_STACK_NAME - 1}}}$"

PREVIEW, REVIEW, DEPLOY = "ci-preview", "ci-review", "ci-deploy"
"""The ends of the names of roles: of pull requests, of reviews before a deployment, of deployments."""

CREATION, BOUNDARY_NAME, ROLES_STACK = "ci-create", "ci-boundary", "ci"
"""The ends of the names of CloudFormation's role, of the permissions boundary, and of the stack with the roles."""

BUCKET, PREVIEW_BUCKET = "ci", "ci-pr"
"""The parts of the names of buckets between the stack and the account."""

PREVIEW_NAMES = "sfnorch-preview-*"
"""The names of the change sets that `sfnorch diff` creates and deletes. No role executes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryTarget:
    """Where a delivery deploys: the environment, its stack, and its account and Region, if they are known."""

    environment: str = ""
    """The name of the environment in the plan; empty for a plan without environments."""
    stack_name: str
    account: str = ""
    region: str = ""

    @property
    def job_name(self) -> str:
        """The name of the environment as a part of names of jobs, which have no dots."""
        return self.environment.replace(".", "_")

    @property
    def partition(self) -> str:
        """The partition of the Region."""
        return find_partition(self.region).name if self.region else "aws"


def refuse_stack_names(targets: Sequence[DeliveryTarget]) -> None:
    """Raise SfnorchError for names that do not fit into the names of roles, buckets and jobs."""
    faults = [
        f"the stack name {target.stack_name} has {what}"
        for target in targets
        for what, is_wrong in (
            ("capital letters", target.stack_name != target.stack_name.lower()),
            (f"more than {MAX_STACK_NAME} characters", len(target.stack_name) > MAX_STACK_NAME),
        )
        if is_wrong
    ]
    if faults:
        raise SfnorchError(
            "\n".join(faults),
            hint="the buckets of the delivery have the name of the stack; set another name or stack_name in the plan",
        )
    names: dict[str, str] = {}
    for target in targets:
        other = names.setdefault(target.job_name.lower(), target.environment)
        if other != target.environment:
            raise SfnorchError(
                f"the environments {other} and {target.environment} have jobs with the same name: {target.job_name}",
                hint="rename one of them; names of jobs have no dots, and some CIs ignore case",
            )
