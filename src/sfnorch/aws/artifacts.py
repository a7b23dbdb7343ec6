"""Templates too large to be sent, and code of functions: put into a bucket that only the account can read.

The bucket is private, encrypted, versioned, and answers to TLS alone; every call names the account that must own it,
so that nobody else's bucket of the same name is ever written to.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from sfnorch.aws.errors import code
from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import (
        PublicAccessBlockConfigurationTypeDef,
        ServerSideEncryptionConfigurationTypeDef,
    )

_ALL_BLOCKED: PublicAccessBlockConfigurationTypeDef = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
_ENCRYPTED: ServerSideEncryptionConfigurationTypeDef = {
    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
}

INLINE_LIMIT, LIMIT = 51_200, 1_048_576
"""The most bytes that CloudFormation takes in a call, and from S3 (1 MB)."""


class Bucket:
    """A bucket for templates; `name` is a given one's, else the one that sfnorch keeps for account and region."""

    def __init__(self, client: S3Client, account: str, *, name: str = "", partition: str = "aws") -> None:
        self._client = client
        self._account = account
        self._partition = partition
        self._given = bool(name)
        self.name = name or f"sfnorch-{account}-{client.meta.region_name}"

    def ready(self) -> bool:
        """Whether the bucket is there with all its settings; a given one's settings are its owner's affair.

        Raises SfnorchError where it is another account's, or a given one isn't there.
        """
        if not self._exists():
            if self._given:
                raise SfnorchError(f"There is no bucket {self.name}")
            return False
        if self._given:
            return True
        versioning = self._client.get_bucket_versioning(Bucket=self.name, ExpectedBucketOwner=self._account)
        return versioning.get("Status") == "Enabled"  # the last that is set

    def make(self) -> None:
        """Make the bucket, or finishes making it: each setting is put again, whatever was there before."""
        client, name, account = self._client, self.name, self._account
        if not self._exists():
            self._create()
        client.put_public_access_block(
            Bucket=name, ExpectedBucketOwner=account, PublicAccessBlockConfiguration=_ALL_BLOCKED
        )
        client.put_bucket_encryption(
            Bucket=name, ExpectedBucketOwner=account, ServerSideEncryptionConfiguration=_ENCRYPTED
        )
        client.put_bucket_policy(Bucket=name, ExpectedBucketOwner=account, Policy=json.dumps(self._tls_only()))
        client.put_bucket_versioning(
            Bucket=name, ExpectedBucketOwner=account, VersioningConfiguration={"Status": "Enabled"}
        )

    def _create(self) -> None:
        """Create the bucket; not where another command has just done so.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
        """
        region: Any = self._client.meta.region_name
        # us-east-1 is no value of LocationConstraint
        where: Any = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        try:
            self._client.create_bucket(Bucket=self.name, **where)
        except ClientError as error:
            if code(error) != "BucketAlreadyOwnedByYou":
                raise

    def put(self, stack_name: str, body: str) -> str:
        """Return the URL of the template, which lies in the bucket under the hash of what it holds."""
        data = body.encode()
        key = f"templates/{stack_name}/{hashlib.sha256(data).hexdigest()}.template"
        self._client.put_object(Bucket=self.name, Key=key, Body=data, ExpectedBucketOwner=self._account)
        return f"{self._client.meta.endpoint_url}/{self.name}/{key}"

    def put_package(self, key: str, data: bytes) -> None:
        """Put a package of code into the bucket: its key bears its hash, so that one which is there is the same."""
        self._client.put_object(Bucket=self.name, Key=key, Body=data, ExpectedBucketOwner=self._account)

    def _exists(self) -> bool:
        try:
            self._client.head_bucket(Bucket=self.name, ExpectedBucketOwner=self._account)
        except ClientError as error:
            if code(error) in ("404", "NoSuchBucket"):
                return False
            if code(error) in ("403", "AccessDenied"):
                raise SfnorchError(
                    f"The bucket {self.name} can't be read: it is another account's, or you lack s3:ListBucket",
                    hint="name another with --s3-bucket",
                ) from None
            raise
        return True

    def _tls_only(self) -> dict[str, Any]:
        arn = f"arn:{self._partition}:s3:::{self.name}"
        return {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "TlsOnly",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [arn, f"{arn}/*"],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ],
        }
