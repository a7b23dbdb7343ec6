"""Links into the console, for every partition; and names of jobs that are near."""

from __future__ import annotations

import pytest

from sfnorch.aws.glue_jobs import find_missing_jobs
from sfnorch.aws.links import build_execution_link, build_logs_link


@pytest.mark.parametrize(
    ("partition", "region", "domain"),
    [
        ("aws", "eu-central-1", "console.aws.amazon.com"),
        ("aws-cn", "cn-north-1", "console.amazonaws.cn"),
        ("aws-us-gov", "us-gov-west-1", "console.amazonaws-us-gov.com"),
        ("aws-eusc", "eusc-de-east-1", "console.amazonaws-eusc.eu"),
    ],
)
def test_links(partition: str, region: str, domain: str):
    arn = f"arn:{partition}:states:{region}:111122223333:execution:m:n"
    assert (
        build_execution_link(arn)
        == f"https://{region}.{domain}/states/home?region={region}#/v2/executions/details/{arn}"
    )
    assert build_logs_link(arn, "jr_1") == (
        f"https://{region}.{domain}/cloudwatch/home?region={region}"
        "#logsV2:log-groups/log-group/$252Faws-glue$252Fjobs$252Ferror$3FlogStreamNameFilter$3Djr_1"
    )
    assert build_logs_link(arn, "jr_1", "/aws-glue/jobs-etl-kms").endswith(
        "/$252Faws-glue$252Fjobs-etl-kms$252Ferror$3FlogStreamNameFilter$3Djr_1"
    )


def test_missing_jobs():
    assert find_missing_jobs(["load", "cleen", "load", "x"], ["clean", "load"]) == {"cleen": "clean", "x": ""}
