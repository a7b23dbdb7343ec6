"""What Glue says of jobs: how many runs they allow, and whether runs on top are queued."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from sfnorch.aws.glue_jobs import Concurrency, read_concurrency


def stubbed() -> tuple[Any, Stubber]:
    client: Any = boto3.Session("x", "y", region_name="eu-central-1").client("glue")
    return client, Stubber(client)


def test_jobs_are_read_once_each_in_batches():
    client, stubber = stubbed()
    names = [f"job-{number}" for number in range(26)]
    stubber.add_response("batch_get_jobs", {"Jobs": [{"Name": "job-0"}]}, {"JobNames": names[:25]})
    stubber.add_response("batch_get_jobs", {"Jobs": [{"Name": "job-25"}]}, {"JobNames": ["job-25"]})
    with stubber:
        found = read_concurrency(client, [*names, "job-0"])
    assert found == {"job-0": Concurrency(max_concurrent_runs=1), "job-25": Concurrency(max_concurrent_runs=1)}
    stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("job", "found"),
    [
        ({}, Concurrency(max_concurrent_runs=1)),
        ({"ExecutionProperty": {}}, Concurrency(max_concurrent_runs=1)),
        ({"ExecutionProperty": {"MaxConcurrentRuns": 5}}, Concurrency(max_concurrent_runs=5)),
        ({"JobRunQueuingEnabled": True, "MaxRetries": 0}, Concurrency(max_concurrent_runs=1, queuing=True)),
        (
            {"JobRunQueuingEnabled": True, "MaxRetries": 1},
            Concurrency(max_concurrent_runs=1, queuing=True, queues=False),
        ),
        ({"ExecutionClass": "FLEX"}, Concurrency(max_concurrent_runs=1, queues=False)),
        ({"ExecutionClass": "STANDARD"}, Concurrency(max_concurrent_runs=1)),
    ],
)
def test_what_a_job_allows(job: dict[str, Any], found: Concurrency):
    client, stubber = stubbed()
    answer = {"Jobs": [{"Name": "a", **job}], "JobsNotFound": ["b"]}
    stubber.add_response("batch_get_jobs", answer, {"JobNames": ["a", "b"]})
    with stubber:
        assert read_concurrency(client, ["a", "b"]) == {"a": found}


def test_a_refusal_is_the_callers_affair():
    client, stubber = stubbed()
    stubber.add_client_error("batch_get_jobs", "AccessDeniedException", "no", http_status_code=400)
    with stubber, pytest.raises(ClientError):
        read_concurrency(client, ["a"])
