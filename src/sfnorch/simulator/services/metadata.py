"""What the SDKs of Step Functions add to the replies and errors of services: request ids, headers, dates.

All forms are recorded. Of optimized integrations, the result of a call without an integration pattern has the headers
of the reply; the results of `.sync`, of task tokens and of `aws-sdk` integrations do not have them.
https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime

from sfnorch.json_values import Json, write_compact
from sfnorch.simulator.services.request import ServiceRequest
from sfnorch.template.calls import is_function_call

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_CONTENT_TYPES = {"lambda": "application/json", "sns": "text/xml", "glue": "application/x-amz-json-1.1"}
_CONTENT_TYPE = "application/x-amz-json-1.0"


def make_request_id(request: ServiceRequest) -> str:
    """Return the id of the request: a UUID, which is the same in each simulation of the run."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{request.execution.arn}#{request.execution.history}"))


def describe_sdk_error(request: ServiceRequest, message: str) -> str:
    """Return the cause of an error of Step Functions in an `aws-sdk` integration."""
    request_id = make_request_id(request)
    return f"{message} (Service: Sfn, Status Code: 400, Request ID: {request_id}) (SDK Attempt Count: 1)"


def add_metadata(request: ServiceRequest, reply: Json) -> Json:
    """Return the reply with what the SDK adds to it, in the order of the keys."""
    call = request.call
    is_plain = call.way or call.name.startswith("aws-sdk:") or is_function_call(request.state)
    if is_plain or not isinstance(reply, dict):
        return reply
    request_id = make_request_id(request)
    headers = _build_headers(request, reply, request_id)
    found: dict[str, Json] = {
        **reply,
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": {name: headers[name] for name in sorted(headers, key=str.lower)},
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": request_id},
    }
    return dict(sorted(found.items()))


def _build_headers(request: ServiceRequest, reply: Mapping[str, Json], request_id: str) -> dict[str, str]:
    service = request.call.service
    body = json.dumps(reply.get("Payload")) if service == "lambda" else write_compact(dict(reply))
    shown = {
        "x-amzn-RequestId": request_id,
        "connection": "keep-alive",
        "Content-Length": str(len(body.encode(errors="replace"))),
        "Date": _format_date(request.world.read_time()),
        "Content-Type": _CONTENT_TYPES.get(service, _CONTENT_TYPE),
    }
    if service == "lambda":
        trace = f"{int(request.world.read_time().timestamp()):08x}"
        shown["Connection"] = shown.pop("connection")
        shown["X-Amz-Executed-Version"] = "$LATEST"
        shown["x-amzn-Remapped-Content-Length"] = "0"
        shown["X-Amzn-Trace-Id"] = f"Root=1-{trace}-{request_id.replace('-', '')[:24]};Sampled=0"
    return shown


def _format_date(at: datetime) -> str:
    """Return the date as HTTP writes it, in English."""
    return f"{_DAYS[at.weekday()]}, {at.day:02} {_MONTHS[at.month - 1]} {at:%Y %H:%M:%S} GMT"
