"""Short names for output."""

from __future__ import annotations

from sfnorch.runs.executions import read_execution_name
from sfnorch.template.resources import RANDOM


def shorten_arn(arn: str) -> str:
    """Return the last part of an ARN, without the random suffix of a generated name."""
    return arn.rpartition(":")[2].removesuffix(f"-{RANDOM}")


def describe_holder(arn: str) -> str:
    """Return words about the execution because of which another one was skipped."""
    return f"{read_execution_name(arn)} was running"
