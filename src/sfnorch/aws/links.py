"""Links to the AWS console, in the region and the partition of an ARN."""

from __future__ import annotations

from urllib.parse import quote

from sfnorch.glue_logs import build_console_page
from sfnorch.partitions import find_console_domain


def build_execution_link(arn: str) -> str:
    """Return the link to an execution."""
    return _build_link(arn, "states", f"/v2/executions/details/{arn}")


def build_logs_link(arn: str, run_id: str, log_group: str = "") -> str:
    """Return the link to the error log of a job run.

    `arn` is the ARN of the execution that started it, `log_group` the run's log group, if known.
    """
    return _build_link(arn, "cloudwatch", build_console_page(log_group, run_id))


def build_stack_link(arn: str) -> str:
    """Return the link to a stack."""
    return _build_link(arn, "cloudformation", f"/stacks/stackinfo?stackId={quote(arn, safe='')}")


def build_change_set_link(arn: str, stack_arn: str) -> str:
    """Return the link to the changes of a change set."""
    stack, change_set = quote(stack_arn, safe=""), quote(arn, safe="")
    return _build_link(arn, "cloudformation", f"/stacks/changesets/changes?stackId={stack}&changeSetId={change_set}")


def _build_link(arn: str, service: str, rest: str) -> str:
    _, partition, _, region, *_ = arn.split(":")
    return f"https://{region}.{find_console_domain(partition)}/{service}/home?region={region}#{rest}"
