"""`--resolve-s3` finds or creates the artifact bucket, and asks nobody."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.functional.test_deploy import TOPIC, change_sets
from tests.functional.test_deploy_code import PLAN, SMALL
from tests.functional.test_deploy_faults import LARGE
from tests.ministack import REGION, Account, small_template
from tests.screens import plain
from tests.wire import Wire

REVIEW = ["deploy", "--template", "t.yaml", "--stack-name", "s", "--no-execute"]
WHY = "The template has 61,552 bytes; templates larger than 51,200 bytes require an S3 bucket."


@pytest.fixture
def bucket(run: Run, account: Account) -> str:
    """The name of the account's artifact bucket, which is not there yet; beside a template that needs it."""
    Path("t.yaml").write_text(LARGE)
    return f"sfnorch-{account.number}-{REGION}"


def buckets(account: Account) -> dict[str, int]:
    """How many objects each bucket of the account holds."""
    s3 = account.client("s3")
    names = [row["Name"] for row in s3.list_buckets()["Buckets"]]
    return {name: len(s3.list_objects_v2(Bucket=name).get("Contents", ())) for name in names}


def test_without_it_nobody_can_agree_to_a_bucket(bucket: str, run: Run, account: Account):
    done = run(*REVIEW)
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines()[-3:] == [
        WHY,
        "Error: Nothing was deployed: the template requires an S3 bucket",
        "  pass --resolve-s3 to create it without a prompt, or --s3-bucket for another bucket",
    ]
    assert buckets(account) == {}


def test_deploy_creates_the_bucket_and_then_finds_it(bucket: str, run: Run, account: Account, wire: Wire):
    done = run(*REVIEW, "--resolve-s3")
    assert (done.code, done.err.count("bucket")) == (0, 2)
    assert f"{WHY} Creating the private, encrypted, versioned bucket {bucket}.\n" in done.err
    assert buckets(account) == {bucket: 1}
    s3 = account.client("s3")
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"][0]["Sid"] == "TlsOnly"
    wire.calls.clear()
    done = run(*REVIEW, "--resolve-s3")
    assert (done.code, "bucket" in done.err) == (0, False)
    assert [call for call in wire.calls if call.startswith("S3")] == ["S3 HEAD", "S3 GET versioning", "S3 PUT"]
    assert change_sets(account) == [("CREATE_COMPLETE", "AVAILABLE")]


def test_diff_creates_the_bucket(bucket: str, run: Run, account: Account):
    Path("t.yaml").write_text(TOPIC)
    assert run("deploy", "--template", "t.yaml", "--stack-name", "s", "--yes").code == 0
    Path("t.yaml").write_text(LARGE.replace("DisplayName", "TopicName"))
    done = run("diff", "--template", "t.yaml", "--stack-name", "s", "--resolve-s3", "--exit-code")
    assert (done.code, done.err) == (4, "")
    assert plain(done.out).splitlines()[-2:] == [
        "replace  Topic     AWS::SNS::Topic  DisplayName, TopicName",
        "1 to replace",
    ]
    assert buckets(account) == {bucket: 1}


def test_the_code_of_functions_goes_there_too(run: Run, account: Account, tmp_path: Path):
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "index.py").write_text(SMALL)
    (tmp_path / "code" / "other.py").write_text(SMALL)
    (tmp_path / "large.py").write_text(SMALL + "# " + "x" * 200_000 + "\n")
    (tmp_path / "small.py").write_text(SMALL)
    (tmp_path / "t.yaml").write_text(small_template(PLAN, tmp_path))
    assert run(*REVIEW, "--resolve-s3").code == 0
    assert buckets(account) == {f"sfnorch-{account.number}-{REGION}": 2}


def test_no_bucket_is_made_where_none_is_needed(run: Run, account: Account):
    Path("t.yaml").write_text(TOPIC)
    assert run(*REVIEW, "--resolve-s3").code == 0
    assert buckets(account) == {}


@pytest.mark.parametrize("options", list(permutations([("--s3-bucket", "b"), ("--resolve-s3",)])))
@pytest.mark.parametrize("command", [REVIEW, ["diff", "--template", "t.yaml"], ["pipeline", "deploy", "--yes"]])
def test_one_of_the_two_at_most(run: Run, command: list[str], options: tuple[tuple[str, ...], ...]):
    done = run(*command, *(word for option in options for word in option))
    assert (done.code, done.out, done.err.splitlines()[-1]) == (
        2,
        "",
        "Error: --resolve-s3 and --s3-bucket exclude each other; pass one of them.",
    )


def test_a_bucket_that_a_script_has_not_named_is_none(bucket: str, run: Run, account: Account):
    assert run(*REVIEW, "--resolve-s3", "--s3-bucket", "").code == 0
    assert buckets(account) == {bucket: 1}


def test_a_change_set_that_is_executed_needs_none(run: Run):
    done = run("deploy", "--yes", "--resolve-s3", "--execute-change-set", "c")
    assert (done.code, done.err.splitlines()[-1]) == (
        2,
        "Error: --execute-change-set cannot be combined with a plan, a template, parameters or settings; the change set contains them.",
    )
