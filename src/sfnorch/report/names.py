"""Short names for output."""

from __future__ import annotations

from sfnorch.template.resources import RANDOM


def shorten_arn(arn: str) -> str:
    """Return the last part of an ARN, without the random suffix of a generated name."""
    return arn.rpartition(":")[2].removesuffix(f"-{RANDOM}")
