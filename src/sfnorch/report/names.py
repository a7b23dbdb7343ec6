"""Names as a person reads them."""

from __future__ import annotations

from sfnorch.template.resources import RANDOM


def short_name(arn: str) -> str:
    """Return the end of an ARN, without the random end of a generated name."""
    return arn.rpartition(":")[2].removesuffix(f"-{RANDOM}")
