"""Whether a run enters more states of standard workflows per second than an account may by default.

Step Functions throttles state transitions by a token bucket, and delays those above it.
https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html (documented)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class TransitionQuota(NamedTuple):
    """The number of state transitions that an account can have at once, and how many per second follow."""

    bucket: int
    refill: int


_LARGE = TransitionQuota(5_000, 1_500)
_OTHER = TransitionQuota(800, 500)
_LARGE_REGIONS = ("us-east-1", "us-west-2", "eu-west-1")


def find_transition_quota(region: str) -> TransitionQuota:
    """Return the default quota of the Region."""
    return _LARGE if region in _LARGE_REGIONS else _OTHER


def describe_throttling(entered: Mapping[int, int], region: str) -> str:
    """Return a sentence about the first second with more state transitions than the quota; an empty text if none has.

    `entered` is the number of state transitions of standard workflows in each second.
    """
    quota = find_transition_quota(region)
    tokens, last = quota.bucket, 0
    for second, count in sorted(entered.items()):
        tokens = min(quota.bucket, tokens + (second - last) * quota.refill) - count
        last = second
        if tokens < 0:
            return (
                f"{count:,} state transitions in the second from T+{second}s exceed the default quota in {region}, "
                f"{quota.bucket:,} at once and {quota.refill:,} per second: Step Functions delays the others"
            )
    return ""
