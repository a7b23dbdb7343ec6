"""The prices of Step Functions and AWS Glue that estimates use: one table, with its date and the pages of AWS.

Prices are those of US East (N. Virginia). Other Regions differ.

https://aws.amazon.com/glue/pricing/
https://aws.amazon.com/about-aws/whats-new/2026/08/aws-glue-6-0-price-reduction-iceberg-v3
https://aws.amazon.com/step-functions/pricing/
https://docs.aws.amazon.com/glue/latest/dg/worker-types.html (DPUs of each worker type)
"""

from __future__ import annotations

from typing import NamedTuple

PRICE_PER_1000 = 0.025
PRICE_FROM = "us-east-1, January 2026"
"""The price of 1,000 state transitions of a standard workflow in US dollars: the region and the date."""

GLUE_PRICE_FROM = "us-east-1, November 2026"
"""The Region and the date of the prices of Glue.

Evidence: documented, as public repositories quote the pricing page in 2026. The prices of Glue 6.0 are 30% lower.
"""

MINIMUM_SECONDS = 60
"""The least that Glue bills for a job run, in seconds: Glue 2.0 and later."""

DPUS = {
    "Standard": 1.0, "G.025X": 0.25, "G.1X": 1.0, "G.2X": 2.0, "G.4X": 4.0, "G.8X": 8.0, "G.12X": 12.0, "G.16X": 16.0,
    "R.1X": 1.0, "R.2X": 2.0, "R.4X": 4.0, "R.8X": 8.0, "Z.2X": 2.0,
}  # fmt: skip
"""The DPUs of a worker; those of the types R and Z are memory-optimized DPUs, which have a separate price."""


class GluePrice(NamedTuple):
    """The prices of a DPU-hour in US dollars."""

    standard: float
    flexible: float
    memory_optimized: float


_UNTIL_5 = GluePrice(standard=0.44, flexible=0.29, memory_optimized=0.52)
_FROM_6 = GluePrice(standard=0.308, flexible=0.203, memory_optimized=0.364)
_RAY = 0.44


def find_dpu_hour_price(worker_type: str = "", glue_version: str = "", execution_class: str = "") -> float:
    """Return the price of a DPU-hour of a job run in US dollars.

    Without a version the price is that of Glue 5.1 and earlier, which is also the one of Python shell jobs. Assumed: a
    flexible run with memory-optimized workers has the price of a standard one.
    """
    major = glue_version.partition(".")[0]
    prices = _FROM_6 if major.isdecimal() and int(major) >= 6 else _UNTIL_5
    if worker_type.startswith("Z."):
        return _RAY
    if worker_type.startswith("R."):
        return prices.memory_optimized
    return prices.flexible if execution_class == "FLEX" else prices.standard
