"""The partitions of AWS: the partition of a region, and the domains of each partition.

Regions and URL suffixes are from botocore's partitions.json. The domain of a console is the domain of the partition's
sign-in page in botocore's endpoint rules for `signin`, with `console.` instead of `signin.`. This is documented for
aws, aws-cn, aws-us-gov and aws-eusc, and assumed for the isolated partitions.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

DEFAULT_REGION = "us-east-1"
"""The region that is used if none is set."""

AWS = "aws"
_ARN = re.compile(r"arn:([^:]+):")


class Partition(NamedTuple):
    """A partition: a group of regions with separate accounts and ARNs."""

    name: str
    area: str
    """The prefix of the names of its regions: `us-gov` for us-gov-west-1. Empty for aws, which has all others."""
    console: str
    """The domain of its console. Pages of a region have the region before it."""
    url_suffix: str = "amazonaws.com"
    """The value of the pseudo parameter AWS::URLSuffix."""


_ALL = (
    Partition(name=AWS, area="", console="console.aws.amazon.com"),
    Partition(name="aws-cn", area="cn", url_suffix="amazonaws.com.cn", console="console.amazonaws.cn"),
    Partition(name="aws-us-gov", area="us-gov", console="console.amazonaws-us-gov.com"),
    Partition(name="aws-eusc", area="eusc-de", url_suffix="amazonaws.eu", console="console.amazonaws-eusc.eu"),
    Partition(name="aws-iso", area="us-iso", url_suffix="c2s.ic.gov", console="console.c2shome.ic.gov"),
    Partition(name="aws-iso-b", area="us-isob", url_suffix="sc2s.sgov.gov", console="console.sc2shome.sgov.gov"),
    Partition(name="aws-iso-e", area="eu-isoe", url_suffix="cloud.adc-e.uk", console="console.csphome.adc-e.uk"),
    Partition(name="aws-iso-f", area="us-isof", url_suffix="csp.hci.ic.gov", console="console.csphome.hci.ic.gov"),
)

PARTITIONS: Mapping[str, Partition] = {partition.name: partition for partition in _ALL}
"""Every partition by its name."""

CONSOLES: Mapping[str, str] = {partition.name: partition.console for partition in _ALL}
"""The domain of each partition's console."""

AREAS: Mapping[str, str] = {partition.area: partition.name for partition in _ALL if partition.area}
"""All partitions except aws, by the prefix of their regions."""


def find_partition(region: str) -> Partition:
    """Return the partition of a region, by the prefix of its name; aws for an unknown prefix."""
    return PARTITIONS[AREAS.get(region.rsplit("-", 2)[0], AWS)]


@lru_cache(maxsize=1_000)
def parse_partition_name(arn: str) -> str:
    """Return the name of the partition in an ARN; empty for an unknown partition, or a text that is not an ARN."""
    match = _ARN.match(arn)
    return match[1] if match and match[1] in PARTITIONS else ""


def find_console_domain(partition: str) -> str:
    """Return the domain of a partition's console; that of aws for an unknown partition."""
    return CONSOLES.get(partition, CONSOLES[AWS])
