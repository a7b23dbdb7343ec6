"""Explain AWS's errors: what went wrong in one line, and how to fix it.

The exceptions are botocore's, the codes each service's own; see
https://docs.aws.amazon.com/boto3/latest/guide/error-handling.html
"""

from __future__ import annotations

from collections.abc import Mapping

from botocore import exceptions as aws
from botocore.parsers import ResponseParserError

from sfnorch.aws.hints import find_hint
from sfnorch.aws.secrets import mask_secrets
from sfnorch.errors import SfnorchError

_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired")
_INVALID = (
    "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidAccessKeyId",
    "IncompleteSignature", "InvalidSignatureException", "MissingAuthenticationToken",
)  # fmt: skip
_THROTTLED = (
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
    "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "SlowDown", "PriorRequestNotComplete",
)  # fmt: skip
_UNWELL = ("InternalFailure", "InternalError", "InternalServerError", "InternalServiceError", "ServiceUnavailable",
           "ServiceUnavailableException", "RequestTimeout", "RequestTimeoutException")  # fmt: skip

_LOG_IN = "log in again (`aws sso login`, or renew the keys of the profile), then repeat the command"


class InvalidResponseError(SfnorchError):
    """An HTML page in place of a response of AWS."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The response is not from AWS, but an HTML page ({what})",
            hint="a proxy or a login page may have answered; check HTTPS_PROXY, NO_PROXY and AWS_ENDPOINT_URL",
        )


def get_error_code(error: BaseException) -> str:
    """Return the code of a service's error, or an empty text for other errors."""
    return str(_get_error_body(error).get("Code", ""))


def get_error_message(error: BaseException) -> str:
    """Return a service's own message, in one line."""
    text = str(_get_error_body(error).get("Message") or _get_error_body(error).get("message") or "")
    return " ".join(mask_secrets(text or str(error)).split())


def is_missing(error: aws.ClientError) -> bool:
    """Return whether the service reports that the resource does not exist."""
    missing = get_error_code(error) == "ValidationError" and "does not exist" in get_error_message(error)
    return missing or get_error_code(error) in (
        "ChangeSetNotFound",
        "ChangeSetNotFoundException",
        "ExecutionDoesNotExist",
    )


def is_transient(error: BaseException) -> bool:
    """Return whether the error is transient: throttling, no connection, or an internal error of the service."""
    match error:
        case aws.ClientError():
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            return get_error_code(error) in (*_THROTTLED, *_UNWELL) or status >= 500
        case aws.SSLError() | aws.ProxyConnectionError():
            return False
        case aws.HTTPClientError() | aws.ConnectionError():
            return True
    return False


def is_unreachable(error: BaseException) -> bool:
    """Return whether no connection was made, so that the call has not reached AWS."""
    return isinstance(error, (aws.EndpointConnectionError, aws.ConnectTimeoutError))


def explain_error(error: BaseException) -> SfnorchError | None:
    """Return an error that explains an error of AWS or its client; None for other errors."""
    match error:
        case SfnorchError():
            return error
        case aws.ClientError():
            return _explain_service_error(error)
        case aws.NoCredentialsError() | aws.PartialCredentialsError() | aws.CredentialRetrievalError():
            return SfnorchError(
                f"No usable AWS credentials: {_format_error(error)}",
                hint="set AWS_PROFILE or --profile, or the keys in the environment; `aws configure` creates a profile",
            )
        case aws.TokenRetrievalError() | aws.SSOTokenLoadError() | aws.UnauthorizedSSOTokenError():
            return SfnorchError(f"The login has expired: {_format_error(error)}", hint=_LOG_IN)
        case aws.NoRegionError():
            return SfnorchError(
                "No AWS region is set", hint="specify one: --region eu-central-1, or AWS_DEFAULT_REGION"
            )
        case aws.ProfileNotFound():
            return SfnorchError(_format_error(error), hint="`aws configure list-profiles` lists the available profiles")
        case aws.ProxyConnectionError():
            return SfnorchError(
                f"The proxy can't be reached: {_format_error(error)}", hint="check HTTPS_PROXY and NO_PROXY"
            )
        case aws.SSLError():
            hint_ = "a proxy may present its own certificate; set AWS_CA_BUNDLE to its certificate authority"
            return SfnorchError(f"The connection to AWS is not secure: {_format_error(error)}", hint=hint_)
        case aws.EndpointConnectionError() | aws.ConnectTimeoutError():
            address = getattr(error, "kwargs", {}).get("endpoint_url", "AWS")
            return SfnorchError(f"{address} can't be reached", hint="check the network and the name of the region")
        case aws.HTTPClientError() | aws.ConnectionError():
            return SfnorchError(
                f"The connection to AWS was interrupted: {_format_error(error)}", hint="repeat the command"
            )
        case ResponseParserError():
            return InvalidResponseError(type(error).__name__)
        case KeyError() | IndexError() | TypeError() if _is_parser_error(error):
            return InvalidResponseError(type(error).__name__)
        case aws.ParamValidationError():
            problems = str(error.kwargs.get("report", error)).splitlines()
            return SfnorchError("\n".join(line.strip() for line in problems if line.strip()))
        case aws.BotoCoreError():
            return SfnorchError(f"AWS's client failed: {_format_error(error)}")
    return None


def _is_parser_error(error: BaseException) -> bool:
    """Return whether the error occurred where botocore parses a response, which does not have AWS's form."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    file = frame.tb_frame.f_code.co_filename if frame is not None else ""
    return file.replace("\\", "/").endswith("botocore/parsers.py")


def _explain_service_error(error: aws.ClientError) -> SfnorchError:
    """Return an error that explains the error response of a service."""
    name, text, operation = get_error_code(error), get_error_message(error), error.operation_name
    if name in _EXPIRED:
        return SfnorchError(f"The AWS credentials have expired ({operation})", hint=_LOG_IN)
    if name in _INVALID:
        return SfnorchError(f"AWS rejected the credentials ({operation}: {name})", hint=_LOG_IN)
    if name in _THROTTLED:
        return SfnorchError(f"AWS is throttling {operation}: {text}", hint="wait a minute, then repeat the command")
    return SfnorchError(f"{operation}: {text}" + ("" if name in text else f" ({name})"), hint=find_hint(text))


def _get_error_body(error: BaseException) -> Mapping[str, object]:
    return error.response.get("Error", {}) if isinstance(error, aws.ClientError) else {}


def _format_error(error: BaseException) -> str:
    return " ".join(mask_secrets(str(error)).split())
