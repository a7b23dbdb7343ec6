"""AWS's errors in a user's words; whole commands show more of them in tests/functional/test_deploy_faults.py."""

from __future__ import annotations

import pytest
from botocore import exceptions as aws
from botocore.parsers import ResponseParserError

from sfnorch.aws.errors import explain_error, is_transient


def service(code: str, message: str = "words", status: int = 400) -> aws.ClientError:
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return aws.ClientError(answer, "DoIt")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "message", "hint"),
    [
        (service("Throttling", "Rate exceeded"), "AWS is throttling DoIt: Rate exceeded",
         "wait a minute, then repeat the command"),
        (service("ValidationError"), "DoIt: words (ValidationError)", ""),
        (aws.SSOTokenLoadError(profile_name="p", error_msg="gone"), ("The login has expired: Error loading SSO Token: "
         "gone"), ("log in again (`aws sso login`, or renew the keys of the profile), then repeat "
         "the command")),
        (aws.ProxyConnectionError(proxy_url="http://p:1"), ('The proxy can\'t be reached: Failed to connect to proxy '
         'URL: "http://p:1"'), "check HTTPS_PROXY and NO_PROXY"),
        (aws.SSLError(endpoint_url="https://x", error="bad"), ("The connection to AWS is not secure: SSL validation "
         "failed for https://x bad"),
         "a proxy may present its own certificate; set AWS_CA_BUNDLE to its certificate authority"),
        (aws.ReadTimeoutError(endpoint_url="https://x"), ('The connection to AWS was interrupted: Read timeout on endpoint '
         'URL: "https://x"'), "repeat the command"),
        (aws.ParamValidationError(report="Unknown parameter\nMissing required"), "Unknown parameter\nMissing required",
         ""),
        (ResponseParserError("<html>"), "The response is not from AWS, but an HTML page (ResponseParserError)",
         "a proxy or a login page may have answered; check HTTPS_PROXY, NO_PROXY and AWS_ENDPOINT_URL"),
        (aws.DataNotFoundError(data_path="x"), "AWS's client failed: Unable to load data for: x", ""),
    ],
)  # fmt: skip
def test_errors_in_words(error: Exception, message: str, hint: str):
    told = explain_error(error)
    assert told is not None
    assert (told.message, told.hint) == (message, hint)


def test_what_is_none_of_awss():
    assert explain_error(KeyError("x")) is None


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        (service("ThrottlingException"), True),
        (service("x", status=503), True),
        (service("ValidationError"), False),
        (service("ExpiredToken", status=403), False),
        (aws.EndpointConnectionError(endpoint_url="x"), True),
        (aws.ConnectionClosedError(endpoint_url="x"), True),
        (aws.ReadTimeoutError(endpoint_url="x"), True),
        (aws.SSLError(endpoint_url="x", error="y"), False),
        (KeyError("x"), False),
    ],
)
def test_what_is_worth_asking_again(error: Exception, transient: bool):
    assert is_transient(error) is transient
