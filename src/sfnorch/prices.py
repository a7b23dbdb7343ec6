"""The prices of Step Functions and AWS Glue that estimates use: one table, with its date and the pages of AWS.

Prices are those of US East (N. Virginia). Other Regions differ. Of Step Functions, only state transitions of Standard
workflows have a price here. Express workflows are billed by requests, duration and memory.

State transitions: https://aws.amazon.com/step-functions/pricing/ (documented)
DPU-hours until Glue 5.1, by the second, at least a minute: https://aws.amazon.com/glue/pricing/ (documented, as public
repositories quote it in 2026)
DPU-hours of Glue 6.0, 30% less:
https://aws.amazon.com/about-aws/whats-new/2026/08/aws-glue-6-0-price-reduction-iceberg-v3
(documented)
M-DPU-hours of Ray: AWS's price list (documented)
Ten minutes as the minimum of Spark jobs until Glue 1.0: reported by users of Glue
DPUs of the worker types G and R: https://docs.aws.amazon.com/glue/latest/dg/worker-types.html (documented)
DPUs of Standard and Z: https://docs.aws.amazon.com/glue/latest/webapi/API_JobRun.html (documented)
"""

from __future__ import annotations

from typing import NamedTuple

PRICES_FROM = "us-east-1, November 2026"
"""The Region and the date of all prices in this module."""

PRICE_PER_1000 = 0.025
"""The price of 1,000 state transitions of a standard workflow in US dollars."""

_MINIMUM_SECONDS, _OLD_MINIMUM_SECONDS = 60, 600
_LEAST_SPARK_DPUS = 2
"""The least DPUs of a Spark job of Glue 1.0 and earlier. Python shell jobs, also with that version, have at most 1.

https://docs.aws.amazon.com/glue/latest/webapi/API_JobRun.html (documented)
"""

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

    Without a version the price is that of Glue 5.1 and earlier. Python shell jobs, which have no worker type, have this
    price with every version. Assumed: a flexible run with memory-optimized workers has the price of a standard one.
    """
    prices = _FROM_6 if worker_type and _read_major(glue_version) >= 6 else _UNTIL_5
    if worker_type.startswith("Z."):
        return _RAY
    if worker_type.startswith("R."):
        return prices.memory_optimized
    return prices.flexible if execution_class == "FLEX" else prices.standard


def find_minimum_seconds(dpus: float, glue_version: str = "") -> int:
    """Return the least that Glue bills for a run of a job with these DPUs, in seconds."""
    is_old = glue_version and _read_major(glue_version) < 2
    return _OLD_MINIMUM_SECONDS if is_old and dpus >= _LEAST_SPARK_DPUS else _MINIMUM_SECONDS


def _read_major(glue_version: str) -> int:
    """Return the number before the first dot; that of Glue 5 for a text that is not a version."""
    major = glue_version.partition(".")[0]
    return int(major) if major.isdecimal() and major.isascii() else 5
