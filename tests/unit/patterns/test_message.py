"""Links in messages lead into the console of the execution's own partition, as those of the commands do."""

from __future__ import annotations

import pytest

from sfnorch.asl import jsonata
from sfnorch.aws.links import build_execution_link
from sfnorch.partitions import PARTITIONS, find_partition
from sfnorch.patterns.message import define_link
from tests.jsonata_engine import evaluate

REGIONS = ("eu-west-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1", "us-iso-east-1", "us-isob-east-1")
REGIONS += ("eu-isoe-west-1", "us-isof-south-1")


@pytest.mark.parametrize("region", REGIONS)
def test_a_link_in_a_message_is_the_one_that_the_commands_show(region: str):
    arn = f"arn:{find_partition(region).name}:states:{region}:123456789012:execution:m:n"
    program = '(<{link}> $link("states", "/v2/executions/details/" & $arn))'
    expression = jsonata(program, link=define_link(jsonata("$arn")))
    assert evaluate(str(expression), arn=arn) == build_execution_link(arn)


def test_every_partition_has_a_region_here():
    assert {find_partition(region).name for region in REGIONS} == set(PARTITIONS)
