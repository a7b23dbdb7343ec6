"""The commands for executions of a fan-out, whole: over HTTP, with the results of the Map Run in an emulator's S3."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.conftest import Outcome, Run
from tests.fan_outs import Fake, fan_out, template_of
from tests.ministack import Account
from tests.screens import plain
from tests.wire import Answer, Wire, json_answer, json_error

pytestmark = pytest.mark.slow

TEMPLATE = template_of(max_concurrency=40, item_name="{% $item.table %}")


def s3_of(account: Account) -> Any:
    """A client in the Region of the execution."""
    return boto3.client(
        "s3",
        endpoint_url=account.endpoint,
        region_name="us-east-1",
        aws_access_key_id=account.number,
        aws_secret_access_key="x",
    )


def answers(fake: Fake) -> Callable[[str, bytes], Answer | None]:
    """What Step Functions and Glue answer, by operation and body; S3 is the emulator's."""

    def answer(operation: str, body: bytes) -> Answer | None:
        method = re.sub(r"(?<!^)([A-Z])", r"_\1", operation).lower()
        if operation != "GetExecutionHistory" and not hasattr(fake, method):
            return None
        asked = json.loads(body)
        if operation == "GetExecutionHistory":
            (found,) = fake.paginate(executionArn=asked["executionArn"], reverseOrder=asked["reverseOrder"])
        else:
            try:
                found = getattr(fake, method)(**asked)
            except ClientError as error:
                return json_error(error.response["Error"]["Code"], "")
        return json_answer(json.loads(json.dumps(found, default=datetime.timestamp)))

    return answer


@pytest.fixture
def ended(account: Account, wire: Wire, run: Run) -> Callable[..., tuple[Fake, Callable[..., Outcome]]]:
    """Makes a fan-out that has ended, and a function that runs a command on it."""

    def make(count: int = 30, **settings: Any) -> tuple[Fake, Callable[..., Outcome]]:
        given = {"items": [{"table": f"t{number}"} for number in range(count)]}
        bucket = f"results-{account.number}"  # all accounts share the names of buckets
        fake = Fake(TEMPLATE, fan_out(TEMPLATE, given, **settings), total=count, bucket=bucket)
        fake.end()
        s3 = s3_of(account)
        s3.create_bucket(Bucket=bucket)
        for (_, key), content in fake.objects.items():
            s3.put_object(Bucket=bucket, Key=key, Body=content)
        wire.answer = answers(fake)

        def command(name: str, *arguments: str) -> Outcome:
            done = run(name, fake.parent.arn, *arguments)
            return Outcome(code=done.code, out=plain(done.out), err=plain(done.err))

        return fake, command

    return make


Made = Callable[..., tuple[Fake, Callable[..., Outcome]]]


@pytest.mark.smoke
def test_resume(ended: Made, account: Account):
    fake, command = ended(failing={"load": 25})
    done = command("resume", "--yes", "--no-wait")
    ((name, started),) = fake.started
    arn = plain(f"{fake.parent.arn.rpartition(':')[0]}:{name}\n")
    assert (done.code, done.out) == (0, arn)
    assert done.err == (
        "run 2026-01-01-d0965fb7, date 2026-01-01, scheduled for 2026-01-01T00:00:00.000Z, attempt 2\n"
        "25 items, 1 job done: load\n"
        "new execution: a redrive would run no item: the execution has continued after its Map Run.\n"
        f"To follow it, run `sfnorch watch {arn.rstrip()}`.\n"
    )
    written = s3_of(account).get_object(Bucket=fake.bucket, Key=f"fan-out/{name}/remaining.json")["Body"].read()
    assert json.loads(written) == [{"item": {"table": f"t{number}"}, "done": 1} for number in range(25)]
    assert started["remaining"] == {"bucket": fake.bucket, "key": f"fan-out/{name}/remaining.json"}
    again = command("resume", "--yes", "--no-wait")
    assert (again.code, again.out) == (1, "")
    assert "The execution is already resumed by" in again.err


def test_resume_as_json(ended: Made):
    _, command = ended(until=400.0)
    document = json.loads(command("resume", "--yes", "--no-wait", "--output", "json").out)
    assert document["resumption"] == {
        "method": "execution",
        "reason": "Step Functions cannot redrive the execution",
    }


def test_a_redrive(ended: Made):
    fake, command = ended(until=400.0)
    fake.redrivable, fake.redrive_seconds = True, 0.0
    done = command("resume", "--yes", "--no-wait", "--output", "json")
    assert json.loads(done.out)["executions"] == [{"arn": plain(fake.parent.arn).rstrip()}]
    assert json.loads(done.out)["resumption"]["method"] == "redrive"
    assert fake.calls["RedriveExecution"] == 1


def test_all_failures_as_csv(ended: Made):
    fake, command = ended(failing={"load": 25})
    done = command("status", "--save-failures", "failures.csv")
    assert (done.code, done.err) == (0, "")
    assert done.out == plain(f"Wrote failures.csv: 25 failed items of {fake.parent.arn}.\n")
    header, *rows = csv.reader(Path("failures.csv").read_text().splitlines())
    assert header == ["name", "job", "run", "error", "message", "execution", "link"]
    failed = [each for each in fake.run.job_runs if each.status == "FAILED"]
    assert [row[:5] for row in rows] == [
        [each.arguments.get("--table", f"t{number}"), "load", each.run_id, "States.TaskFailed", each.message]
        for number, each in enumerate(failed)
    ]
    assert all(link.endswith(f"/details/{arn}") for *_, arn, link in rows)
    refused = command("status", "--save-failures", "failures.csv", "--output", "json")
    assert (refused.code, "--save-failures excludes --output json." in refused.err) == (2, True)
    assert command("status").code == 2


def test_failed_items_with_the_same_name(ended: Made, account: Account):
    fake, command = ended(failing={"load": 2})
    (key,) = (key for _, key in fake.objects if key.endswith("FAILED_0.json"))
    rows = json.loads(fake.objects[fake.bucket, key])
    cause = json.dumps({**json.loads(rows[0]["Cause"]), "item": "same"})
    body = json.dumps([{**row, "Cause": cause} for row in rows])
    s3_of(account).put_object(Bucket=fake.bucket, Key=key, Body=body)
    done = command("status", "--save-failures", "failures.csv")
    assert done.code == 0
    assert done.err == (
        "Warning: 2 failed items have the name 'same'; their columns run and execution differ, and item_name in the "
        "plan can make the names unique\n"
    )


def test_failures_of_items_that_still_run(ended: Made):
    fake, command = ended(until=400.0)
    fake.objects.clear()
    fake.bucket = "none"
    Path("failures.csv").write_text("before")
    done = command("status", "--save-failures", "failures.csv")
    assert (done.code, Path("failures.csv").read_text()) == (1, "before")


def test_stop(ended: Made):
    fake, command = ended(until=400.0)
    left = next(each for each in fake.run.job_runs if each.ended is None)
    fake.job_states = {left.run_id: "RUNNING"}
    done = command("stop")
    assert (done.code, done.out) == (0, plain(f"stopped the job run {left.run_id} of load\n"))


def test_logs_of_the_first_failures(ended: Made):
    _, command = ended(failing={"load": 25})
    done = command("logs")
    assert done.code == 1  # no log group exists
    assert done.out.count(": job load FAILED\n") == 20
    assert done.out.startswith("t0: job load FAILED\n  simulated failure (--fail)\n  Job run: ")
    assert done.err == "The logs of 5 more items that failed are not printed.\n"
    documents = json.loads(command("logs", "--output", "json").out)["jobRuns"]
    assert [each["item"] for each in documents] == [f"t{number}" for number in range(20)]
