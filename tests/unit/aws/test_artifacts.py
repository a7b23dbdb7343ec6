"""The bucket for large templates: made in every region, and nobody else's."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import ANY, Stubber

from sfnorch.aws.artifacts import DeploymentBucket
from sfnorch.errors import SfnorchError

ACCOUNT = "111122223333"


def stubbed(region: str) -> tuple[Any, Stubber]:
    client: Any = boto3.Session("x", "y", region_name=region).client("s3")
    return client, Stubber(client)


@pytest.mark.parametrize(
    ("region", "where"),
    [
        ("us-east-1", {}),
        ("eu-central-1", {"CreateBucketConfiguration": {"LocationConstraint": "eu-central-1"}}),
    ],
)
def test_a_bucket_is_made_with_all_its_settings(region: str, where: dict[str, Any]):
    client, stubber = stubbed(region)
    bucket = {"Bucket": f"sfnorch-{ACCOUNT}-{region}"}
    whose = {**bucket, "ExpectedBucketOwner": ACCOUNT}
    stubber.add_client_error("head_bucket", "404", http_status_code=404, expected_params=whose)
    stubber.add_response("create_bucket", {}, {**bucket, **where})
    stubber.add_response("put_public_access_block", {}, {**whose, "PublicAccessBlockConfiguration": ANY})
    stubber.add_response("put_bucket_encryption", {}, {**whose, "ServerSideEncryptionConfiguration": ANY})
    stubber.add_response("put_bucket_policy", {}, {**whose, "Policy": ANY})
    stubber.add_response("put_bucket_versioning", {}, {**whose, "VersioningConfiguration": {"Status": "Enabled"}})
    with stubber:
        DeploymentBucket(client, ACCOUNT).create_or_update()
    stubber.assert_no_pending_responses()


def test_objects_are_put_into_this_accounts_bucket_only():
    client, stubber = stubbed("eu-central-1")
    name = f"sfnorch-{ACCOUNT}-eu-central-1"
    digest = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"  # sha256 of "a"
    whose = {"Bucket": name, "ExpectedBucketOwner": ACCOUNT}
    stubber.add_response("put_object", {}, {**whose, "Key": f"templates/etl/{digest}.template", "Body": b"a"})
    stubber.add_response("put_object", {}, {**whose, "Key": "code/1.zip", "Body": b"zip"})
    with stubber:
        bucket = DeploymentBucket(client, ACCOUNT)
        assert (
            bucket.upload_template("etl", "a")
            == f"https://s3.eu-central-1.amazonaws.com/{name}/templates/etl/{digest}.template"
        )
        bucket.upload_package("code/1.zip", b"zip")
    stubber.assert_no_pending_responses()


def test_a_bucket_that_another_command_creates_at_the_same_time():
    client, stubber = stubbed("eu-central-1")
    stubber.add_client_error("head_bucket", "404", http_status_code=404)
    stubber.add_client_error("create_bucket", "BucketAlreadyOwnedByYou", http_status_code=409)
    for setting in ("public_access_block", "bucket_encryption", "bucket_policy", "bucket_versioning"):
        stubber.add_response(f"put_{setting}", {})
    with stubber:
        DeploymentBucket(client, ACCOUNT).create_or_update()
    stubber.assert_no_pending_responses()


def test_a_bucket_whose_name_another_account_has():
    client, stubber = stubbed("eu-central-1")
    stubber.add_client_error("head_bucket", "404", http_status_code=404)
    stubber.add_client_error("create_bucket", "BucketAlreadyExists", http_status_code=409)
    with stubber, pytest.raises(ClientError, match="BucketAlreadyExists"):
        DeploymentBucket(client, ACCOUNT).create_or_update()


def test_a_bucket_that_was_half_made_is_not_ready():
    client, stubber = stubbed("eu-central-1")
    stubber.add_response("head_bucket", {})
    stubber.add_response("get_bucket_versioning", {})
    with stubber:
        assert not DeploymentBucket(client, ACCOUNT).is_ready()


def test_a_bucket_of_another_account():
    client, stubber = stubbed("eu-central-1")
    stubber.add_client_error("head_bucket", "403", http_status_code=403)
    with stubber, pytest.raises(SfnorchError) as raised:
        DeploymentBucket(client, ACCOUNT).is_ready()
    assert (raised.value.message, raised.value.hint) == (
        f"The bucket sfnorch-{ACCOUNT}-eu-central-1 can't be read: another account owns it, or you lack s3:ListBucket",
        "specify another bucket with --s3-bucket",
    )


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-central-1", "s3.eu-central-1.amazonaws.com"),
        ("us-gov-west-1", "s3.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "s3.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_where_a_template_lies(region: str, host: str):
    client, stubber = stubbed(region)
    key = "templates/s/2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881.template"
    expected = {"Bucket": "b", "Key": key, "Body": b"x", "ExpectedBucketOwner": ACCOUNT}
    stubber.add_response("put_object", {}, expected)
    with stubber:
        url = DeploymentBucket(client, ACCOUNT, name="b").upload_template("s", "x")
    assert url == f"https://{host}/b/{key}"
