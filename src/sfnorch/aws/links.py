"""Links to the AWS console, in the region and the partition of an ARN."""

from __future__ import annotations

from urllib.parse import quote

from sfnorch.glue_logs import console_page
from sfnorch.partitions import console_domain


def execution_link(arn: str) -> str:
    """Return the link to an execution."""
    return _link(arn, "states", f"/v2/executions/details/{arn}")


def logs_link(arn: str, run_id: str, log_group: str = "") -> str:
    """Return the link to the error log of a job run.

    `arn` is the ARN of the execution that started it, `log_group` the run's log group, if known.
    """
    return _link(arn, "cloudwatch", console_page(log_group, run_id))


def stack_link(arn: str) -> str:
    """Return the link to a stack."""
    return _link(arn, "cloudformation", f"/stacks/stackinfo?stackId={quote(arn, safe='')}")


def change_set_link(arn: str, stack_arn: str) -> str:
    """Return the link to the changes of a change set."""
    stack, change_set = quote(stack_arn, safe=""), quote(arn, safe="")
    return _link(arn, "cloudformation", f"/stacks/changesets/changes?stackId={stack}&changeSetId={change_set}")


def _link(arn: str, service: str, rest: str) -> str:
    _, partition, _, region, *_ = arn.split(":")
    return f"https://{region}.{console_domain(partition)}/{service}/home?region={region}#{rest}"
