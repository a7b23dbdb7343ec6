"""Clients of AWS's services, as the AWS CLI's own settings have them, with calls that can be told without secrets."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from sfnorch.aws.errors import NoAnswerOfAwsError
from sfnorch.aws.secrets import keep_secret
from sfnorch.errors import SfnorchError
from sfnorch.partitions import partition_of

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_glue import GlueClient
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_s3 import S3Client
    from types_boto3_stepfunctions import SFNClient
    from types_boto3_sts import STSClient

CALLS = logging.getLogger("sfnorch.aws.calls")
"""Each call at level DEBUG: the operation, what it is about, and how it ended."""

_SCHEMES = ("http", "https")
_ONE_WORD = re.compile(r"[\x21-\x7e]+")
_PROMPTING = ("mfa_serial", "credential_process")
"""Keys of a profile by which botocore, or a program that it starts, may ask a person.

https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
"""
_RETRIES = {"mode": "standard", "total_max_attempts": 5}

_TOLD = (
    "StackName", "ChangeSetName", "ChangeSetType", "Bucket", "Key", "JobName", "logGroupName", "logStreamName",
    "executionArn", "stateMachineArn", "name",
)  # fmt: skip


def _without_words(_: str) -> AbstractContextManager[None]:
    return nullcontext()


class Session:
    """Clients for one profile and one region; made when they are first used.

    `waits` shows words while a block runs: the one that finds the credentials, unless that may ask a person.
    """

    def __init__(
        self,
        *,
        region: str | None = None,
        profile: str | None = None,
        waits: Callable[[str], AbstractContextManager[None]] = _without_words,
    ) -> None:
        self._config = Config(retries=_RETRIES, user_agent_extra="sfnorch")  # type: ignore[arg-type]
        try:
            self._session = boto3.Session(region_name=region, profile_name=profile)
            words = "Reading the AWS credentials"
            with _without_words(words) if self._may_ask() else waits(words):
                self._credentials = self._session.get_credentials()
                self._keep_credentials()
        except (ValueError, OSError) as error:  # a credential_process that fails, a token's file that isn't there
            raise SfnorchError(
                f"The AWS credentials can't be read: {error}", hint="look at the profile and the environment"
            ) from None

    def _may_ask(self) -> bool:
        """Whether a person may be asked for credentials, by any profile: one may lead to another."""
        profiles = self._session._session.full_config.get("profiles", {})
        return any(key in profile for profile in profiles.values() for key in _PROMPTING)

    @property
    def region(self) -> str:
        """The region that calls go to; empty where none is set."""
        return self._session.region_name or ""

    @property
    def partition(self) -> str:
        """The name of the region's partition: aws, aws-cn, aws-us-gov."""
        return partition_of(self.region).name

    @cached_property
    def account(self) -> str:
        """The account's number, as STS tells it."""
        client: STSClient = self._client("sts")
        return client.get_caller_identity()["Account"]

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        """CloudFormation's client."""
        client: CloudFormationClient = self._client("cloudformation")
        return client

    @cached_property
    def cloudwatch(self) -> CloudWatchClient:
        """CloudWatch's client."""
        client: CloudWatchClient = self._client("cloudwatch")
        return client

    @cached_property
    def glue(self) -> GlueClient:
        """Glue's client."""
        client: GlueClient = self._client("glue")
        return client

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        """CloudWatch Logs' client."""
        client: CloudWatchLogsClient = self._client("logs")
        return client

    @cached_property
    def redshift_data(self) -> Any:
        """Redshift's Data API."""
        return self._client("redshift-data")

    @cached_property
    def s3(self) -> S3Client:
        """S3's client."""
        client: S3Client = self._client("s3")
        return client

    @cached_property
    def stepfunctions(self) -> SFNClient:
        """Step Functions' client."""
        client: SFNClient = self._client("stepfunctions")
        return client

    def _client(self, service: Any) -> Any:
        """Return a client that takes no page for an answer, and whose calls are told to CALLS: never their whole content."""
        try:
            client: Any = self._session.client(service, config=self._config)
            if (
                urlsplit(client.meta.endpoint_url).port == 0
                or urlsplit(client.meta.endpoint_url).scheme not in _SCHEMES
            ):
                raise ValueError(f"Invalid endpoint: {client.meta.endpoint_url}")
        except ValueError as error:
            raise SfnorchError(
                f"AWS can't be called: {error}", hint="look at AWS_ENDPOINT_URL, and at the region's name"
            ) from None
        client.meta.events.register("before-sign", self._keep_credentials)
        client.meta.events.register("before-parse", _refuse_page)
        if CALLS.isEnabledFor(logging.DEBUG):
            client.meta.events.register_first("provide-client-params", _tell_call)
            client.meta.events.register_last("after-call", _tell_answer)
        return client

    def _keep_credentials(self, **_: Any) -> None:
        """Has the credentials that are in force kept secret: they may have been renewed."""
        if self._credentials:
            frozen = self._credentials.get_frozen_credentials()
            keep_secret(frozen.secret_key, frozen.token)
            for what, text in zip(("access key id", "secret access key", "session token"), frozen, strict=False):
                if text and not _ONE_WORD.fullmatch(text):
                    raise SfnorchError(
                        f"The AWS {what} holds a blank or a line break", hint="mend the variable or the profile"
                    )


def _refuse_page(response_dict: dict[str, Any], operation_model: Any, **_: Any) -> None:
    """Raise NoAnswerOfAwsError for a page that a proxy or a login put in the place of an answer.

    botocore would take it for an empty answer, or fail on a missing key. A broken gateway's page (5xx) is left to its
    retries.
    """
    kind = str(response_dict["headers"].get("content-type", ""))
    if kind.startswith("text/html") and response_dict["status_code"] < 500:
        raise NoAnswerOfAwsError(f"{operation_model.name}: HTTP {response_dict['status_code']}")


def _tell_call(params: dict[str, Any], model: Any, **_: Any) -> None:
    about = " ".join(f"{name}={params[name]}" for name in _TOLD if name in params)
    CALLS.debug("%s %s %s", model.service_model.service_name, model.name, about)


def _tell_answer(http_response: Any, parsed: dict[str, Any], model: Any, **_: Any) -> None:
    error = parsed.get("Error", {}).get("Code", "")
    retries = parsed.get("ResponseMetadata", {}).get("RetryAttempts", 0)
    again = f", tried {retries + 1} times" if retries else ""
    CALLS.debug("  -> %s %s%s", http_response.status_code, error, again)
