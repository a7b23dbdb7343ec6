"""Create clients of AWS's services from the settings of the AWS CLI, and log their calls without secrets."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import TYPE_CHECKING, TypedDict, TypeVar
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from sfnorch.aws.errors import InvalidResponseError
from sfnorch.aws.secrets import register_secret
from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json, find_value, read_number, read_string
from sfnorch.partitions import find_partition

if TYPE_CHECKING:
    from botocore.awsrequest import AWSResponse
    from botocore.client import BaseClient
    from botocore.model import OperationModel
    from types_boto3_athena import AthenaClient
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_glue import GlueClient
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_redshift_data import RedshiftDataAPIServiceClient
    from types_boto3_s3 import S3Client
    from types_boto3_stepfunctions import SFNClient

    from sfnorch.aws.service_quotas import QuotaReader

Client = TypeVar("Client", bound="BaseClient")

CALLS = logging.getLogger("sfnorch.aws.calls")
"""Logs each call at level DEBUG: the operation, its main parameter, and its result."""

_SCHEMES = ("http", "https")
_ONE_WORD = re.compile(r"[\x21-\x7e]+")
_PROMPTING = ("mfa_serial", "credential_process")
"""Keys of a profile with which botocore, or a program that it starts, may prompt a person.

https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
"""
_RETRIES = {"mode": "standard", "total_max_attempts": 5}
_BRIEF = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 1})
"""The settings of a client whose answers are optional: its endpoint may be out of reach."""

_TOLD = (
    "StackName", "ChangeSetName", "ChangeSetType", "Bucket", "Key", "JobName", "logGroupName", "logStreamName",
    "executionArn", "stateMachineArn", "name",
)  # fmt: skip


def _show_nothing(_: str) -> AbstractContextManager[None]:
    return nullcontext()


class Session:
    """Clients for one profile and one region, created on first use.

    `waits` shows a text while the credentials are read, unless that can prompt a person.
    """

    def __init__(
        self,
        *,
        region: str | None = None,
        profile: str | None = None,
        waits: Callable[[str], AbstractContextManager[None]] = _show_nothing,
    ) -> None:
        self._config = Config(retries=_RETRIES, user_agent_extra="sfnorch")  # type: ignore[arg-type]
        try:
            self._session = boto3.Session(region_name=region, profile_name=profile)
            words = "Reading the AWS credentials"
            with _show_nothing(words) if self._can_prompt() else waits(words):
                self._credentials = self._session.get_credentials()
                self._mask_credentials()
        except (
            ValueError,
            OSError,
        ) as error:  # for example, credential_process fails, or the file of a token is missing
            raise SfnorchError(
                f"The AWS credentials can't be read: {error}", hint="check the profile and the environment variables"
            ) from None

    def _can_prompt(self) -> bool:
        """Return whether reading the credentials can prompt a person, in any profile: profiles refer to each other."""
        profiles = self._session._session.full_config.get("profiles", {})
        return any(key in profile for profile in profiles.values() for key in _PROMPTING)

    @property
    def region(self) -> str:
        """Return the region of the calls, or an empty text if none is set."""
        return self._session.region_name or ""

    @property
    def partition(self) -> str:
        """Return the region's partition: aws, aws-cn, aws-us-gov."""
        return find_partition(self.region).name

    @cached_property
    def account(self) -> str:
        """Return the account id, from STS."""
        return self._create(lambda: self._session.client("sts", config=self._config)).get_caller_identity()["Account"]

    @cached_property
    def cloudformation(self) -> CloudFormationClient:
        """Return the client of CloudFormation."""
        return self._create(lambda: self._session.client("cloudformation", config=self._config))

    @cached_property
    def cloudwatch(self) -> CloudWatchClient:
        """Return the client of CloudWatch."""
        return self._create(lambda: self._session.client("cloudwatch", config=self._config))

    @cached_property
    def glue(self) -> GlueClient:
        """Return the client of Glue."""
        return self._create(lambda: self._session.client("glue", config=self._config))

    @cached_property
    def logs(self) -> CloudWatchLogsClient:
        """Return the client of CloudWatch Logs."""
        return self._create(lambda: self._session.client("logs", config=self._config))

    @cached_property
    def athena(self) -> AthenaClient:
        """Return the client of Amazon Athena."""
        return self._create(lambda: self._session.client("athena", config=self._config))

    @cached_property
    def redshift_data(self) -> RedshiftDataAPIServiceClient:
        """Return the client of the Redshift Data API."""
        return self._create(lambda: self._session.client("redshift-data", config=self._config))

    @cached_property
    def s3(self) -> S3Client:
        """Return the client of S3."""
        return self._create(lambda: self._session.client("s3", config=self._config))

    @cached_property
    def service_quotas(self) -> QuotaReader:
        """Return the client of Service Quotas, which gives up after a few seconds."""
        config = self._config.merge(_BRIEF)
        reader: QuotaReader = self._create(lambda: self._session.client("service-quotas", config=config))
        return reader

    @cached_property
    def stepfunctions(self) -> SFNClient:
        """Return the client of Step Functions."""
        return self._create(lambda: self._session.client("stepfunctions", config=self._config))

    def _create(self, make: Callable[[], Client]) -> Client:
        """Return a client that rejects HTML pages as responses and logs its calls to CALLS, without their content."""
        try:
            client = make()
            if (
                urlsplit(client.meta.endpoint_url).port == 0
                or urlsplit(client.meta.endpoint_url).scheme not in _SCHEMES
            ):
                raise ValueError(f"Invalid endpoint: {client.meta.endpoint_url}")
        except ValueError as error:
            raise SfnorchError(
                f"AWS can't be called: {error}", hint="check AWS_ENDPOINT_URL and the name of the region"
            ) from None
        client.meta.events.register("before-sign", self._mask_credentials)
        client.meta.events.register("before-parse", _refuse_page)
        if CALLS.isEnabledFor(logging.DEBUG):
            client.meta.events.register_first("provide-client-params", _log_call)
            client.meta.events.register_last("after-call", _log_answer)
        return client

    def _mask_credentials(self, **_: object) -> None:
        """Mask the current credentials, which may have been renewed."""
        if self._credentials:
            frozen = self._credentials.get_frozen_credentials()
            register_secret(frozen.secret_key, frozen.token)
            for what, text in zip(("access key id", "secret access key", "session token"), frozen, strict=False):
                if text and not _ONE_WORD.fullmatch(text):
                    raise SfnorchError(
                        f"The AWS {what} contains a space or a line break",
                        hint="correct the environment variable or the profile",
                    )


class _RawResponse(TypedDict):
    """A response before botocore parses it."""

    headers: Mapping[str, str]
    status_code: int


def _refuse_page(response_dict: _RawResponse, operation_model: OperationModel, **_: object) -> None:
    """Raise InvalidResponseError for an HTML page of a proxy or a login in place of a response.

    botocore would read an empty response, or fail on a missing key. It retries the page of a broken gateway (5xx).
    """
    kind = response_dict["headers"].get("content-type", "")
    if kind.startswith("text/html") and response_dict["status_code"] < 500:
        raise InvalidResponseError(f"{operation_model.name}: HTTP {response_dict['status_code']}")


def _log_call(params: Mapping[str, object], model: OperationModel, **_: object) -> None:
    about = " ".join(f"{name}={params[name]}" for name in _TOLD if name in params)
    CALLS.debug("%s %s %s", model.service_model.service_name, model.name, about)


def _log_answer(http_response: AWSResponse, parsed: Json, **_: object) -> None:
    error = read_string(find_value(parsed, "Error", "Code"))
    retries = int(read_number(find_value(parsed, "ResponseMetadata", "RetryAttempts")))
    again = f", tried {retries + 1} times" if retries else ""
    CALLS.debug("  -> %s %s%s", http_response.status_code, error, again)
