"""The deployment bucket: templates that are too large for an API call, and code of functions.

The bucket is private, encrypted and versioned, and accepts only TLS. Every call names the account that must own it, so
that a bucket of the same name in another account is never written to.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from sfnorch.aws.errors import get_error_code
from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import (
        CreateBucketRequestTypeDef,
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
"""The maximum size of a template in bytes: in an API call, and in S3 (1 MB)."""


class DeploymentBucket:
    """A deployment bucket: the one of this name, or the one that sfnorch creates per account and region."""

    def __init__(self, client: S3Client, account: str, *, name: str = "", partition: str = "aws") -> None:
        self._client = client
        self._account = account
        self._partition = partition
        self._given = bool(name)
        self.name = name or f"sfnorch-{account}-{client.meta.region_name}"

    def is_ready(self) -> bool:
        """Return whether the bucket exists with all its settings. The settings of a named bucket are not checked.

        Raises SfnorchError if another account owns the bucket, or a named bucket does not exist.
        """
        if not self._is_existing():
            if self._given:
                raise SfnorchError(f"The bucket {self.name} does not exist")
            return False
        if self._given:
            return True
        versioning = self._client.get_bucket_versioning(Bucket=self.name, ExpectedBucketOwner=self._account)
        return versioning.get("Status") == "Enabled"  # `make` sets it last

    def create_or_update(self) -> None:
        """Create the bucket if it does not exist, and put each of its settings."""
        client, name, account = self._client, self.name, self._account
        if not self._is_existing():
            self._create()
        client.put_public_access_block(
            Bucket=name, ExpectedBucketOwner=account, PublicAccessBlockConfiguration=_ALL_BLOCKED
        )
        client.put_bucket_encryption(
            Bucket=name, ExpectedBucketOwner=account, ServerSideEncryptionConfiguration=_ENCRYPTED
        )
        client.put_bucket_policy(Bucket=name, ExpectedBucketOwner=account, Policy=json.dumps(self._build_tls_policy()))
        client.put_bucket_versioning(
            Bucket=name, ExpectedBucketOwner=account, VersioningConfiguration={"Status": "Enabled"}
        )

    def _create(self) -> None:
        """Create the bucket, unless another command has just created it.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
        """
        asked: CreateBucketRequestTypeDef = {"Bucket": self.name}
        region: Any = self._client.meta.region_name  # boto3's types list the regions that they know
        if region != "us-east-1":  # which LocationConstraint does not accept
            asked["CreateBucketConfiguration"] = {"LocationConstraint": region}
        try:
            self._client.create_bucket(**asked)
        except ClientError as error:
            if get_error_code(error) != "BucketAlreadyOwnedByYou":
                raise

    def upload_template(self, stack_name: str, body: str) -> str:
        """Put a template into the bucket under the hash of its content, and return its URL."""
        data = body.encode()
        key = f"templates/{stack_name}/{hashlib.sha256(data).hexdigest()}.template"
        self._client.put_object(Bucket=self.name, Key=key, Body=data, ExpectedBucketOwner=self._account)
        return f"{self._client.meta.endpoint_url}/{self.name}/{key}"

    def upload_package(self, key: str, data: bytes) -> None:
        """Put a package of code into the bucket. Its key contains its hash: an existing object is the same package."""
        self._client.put_object(Bucket=self.name, Key=key, Body=data, ExpectedBucketOwner=self._account)

    def _is_existing(self) -> bool:
        try:
            self._client.head_bucket(Bucket=self.name, ExpectedBucketOwner=self._account)
        except ClientError as error:
            if get_error_code(error) in ("404", "NoSuchBucket"):
                return False
            if get_error_code(error) in ("403", "AccessDenied"):
                raise SfnorchError(
                    f"The bucket {self.name} can't be read: another account owns it, or you lack s3:ListBucket",
                    hint="specify another bucket with --s3-bucket",
                ) from None
            raise
        return True

    def _build_tls_policy(self) -> dict[str, Json]:
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
