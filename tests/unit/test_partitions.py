"""The table of partitions is what botocore knows of them."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import botocore
import pytest

from sfnorch.cfn.limits import _LONGEST
from sfnorch.partitions import PARTITIONS, find_console_domain, find_partition, parse_partition_name

DATA = Path(botocore.__file__).parent / "data"
KNOWN: list[dict[str, Any]] = json.loads((DATA / "partitions.json").read_text())["partitions"]
REGIONS = [
    (region, known["id"]) for known in KNOWN for region in known["regions"] if not region.endswith("-global")
]  # fmt: skip


def test_every_partition_is_there_with_its_suffix():
    assert {partition.name: partition.url_suffix for partition in PARTITIONS.values()} == {
        known["id"]: known["outputs"]["dnsSuffix"] for known in KNOWN
    }


@pytest.mark.parametrize(("region", "name"), REGIONS)
def test_a_region_is_in_its_partition(region: str, name: str):
    assert find_partition(region).name == name


def test_sizes_are_reckoned_with_the_longest_names():
    assert len(_LONGEST["AWS::Region"]) == max(len(region) for region, _ in REGIONS)
    assert len(_LONGEST["AWS::Partition"]) == max(map(len, PARTITIONS))


@pytest.mark.parametrize(
    ("region", "name"),
    [("", "aws"), ("xx-new-1", "aws"), ("us-gov-south-9", "aws-us-gov"), ("cn-east-12", "aws-cn")],
)
def test_a_region_that_nobody_knows_yet(region: str, name: str):
    assert find_partition(region).name == name


def test_a_console_stands_beside_its_partitions_sign_in_page():
    (rules,) = (DATA / "signin").glob("*/endpoint-rule-set-1.json*")
    text = gzip.decompress(rules.read_bytes()).decode() if rules.suffix == ".gz" else rules.read_text()
    signin = set(re.findall(r"https://\{Region\}\.signin\.([a-z][a-z0-9.-]+)", text))
    consoles = {partition.console.removeprefix("console.") for partition in PARTITIONS.values()}
    assert consoles <= signin


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:states:::sns:publish", "aws"),
        ("arn:aws-us-gov:sns:us-gov-west-1:123456789012:t", "aws-us-gov"),
        ("arn:*:glue:*:*:job/a", ""),
        ("arn:aws-moon:states:::sns:publish", ""),
        ("the ARN of a topic, arn:aws:sns:…", ""),
        ("", ""),
    ],
)
def test_the_partition_that_an_arn_names(arn: str, name: str):
    assert parse_partition_name(arn) == name


def test_the_console_of_a_partition():
    assert find_console_domain("aws-us-gov") == "console.amazonaws-us-gov.com"
    assert find_console_domain("aws-moon") == find_console_domain("aws") == "console.aws.amazon.com"
