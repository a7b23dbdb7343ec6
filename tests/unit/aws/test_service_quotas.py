"""The account's quota of concurrent Glue job runs, as Service Quotas tells it, or refuses to."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from sfnorch.aws.service_quotas import JOB_RUN_QUOTA_CODE, read_job_run_quota
from sfnorch.aws.session import Session

ASKED = {"ServiceCode": "glue", "QuotaCode": JOB_RUN_QUOTA_CODE}


def stubbed() -> tuple[Any, Stubber]:
    client: Any = boto3.Session("x", "y", region_name="eu-central-1").client("service-quotas")
    return client, Stubber(client)


@pytest.mark.parametrize(("answer", "found"), [({"Quota": {"Value": 300.0}}, 300), ({"Quota": {}}, None), ({}, None)])
def test_the_value_of_the_quota(answer: dict[str, Any], found: int | None):
    client, stubber = stubbed()
    stubber.add_response("get_service_quota", answer, ASKED)
    with stubber:
        assert read_job_run_quota(client) == found


@pytest.mark.parametrize("code", ["AccessDeniedException", "NoSuchResourceException", "TooManyRequestsException"])
def test_a_quota_that_aws_does_not_tell_is_unknown(code: str):
    client, stubber = stubbed()
    stubber.add_client_error("get_service_quota", code, expected_params=ASKED)
    with stubber:
        assert read_job_run_quota(client) is None


def test_the_client_gives_up_soon(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    client: Any = Session(region="eu-central-1").service_quotas
    config = client.meta.config
    assert (config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"]) == (3, 5, 1)
    assert "sfnorch" in config.user_agent_extra
