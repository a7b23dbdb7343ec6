"""The name of a plan's stack."""

from __future__ import annotations

import re

from sfnorch.plan.names import STACK_NAME

DEFAULT_PIPELINE_STACK = "master-step-function-pipeline"
_NOT_IN_A_STACK_NAME = re.compile(r"[^A-Za-z0-9]+")


def derive_stack_name(plan_name: str | None, *, environment: str = "", part: str = "") -> str:
    """Return the name of the stack of a plan, or of its `part`, the pipeline; the default name for a plan without one.

    The name of an environment follows that of the plan.
    A stack name has letters, digits and hyphens, and begins with a letter. Other characters become hyphens.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html (documented)
    """
    if not plan_name and not environment:
        return DEFAULT_PIPELINE_STACK if part else STACK_NAME
    whole = "-".join(filter(None, (plan_name or STACK_NAME, environment, part)))
    name = _NOT_IN_A_STACK_NAME.sub("-", whole).strip("-")
    return name if name[:1].isalpha() else f"plan-{name}"
