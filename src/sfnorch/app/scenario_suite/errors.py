"""The errors that states can end with, by the service that they call: examples that a mock throws."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.json_values import read_list, read_strings
from sfnorch.simulator.errors import is_matching_error
from sfnorch.template.calls import parse_call
from sfnorch.template.states import LocatedState

TOO_LARGE = "States.DataLimitExceeded"

_BY_SERVICE = {
    "athena": "Athena.ResourceNotFoundException",
    "cloudwatch": "CloudWatch.ResourceNotFoundException",
    "dynamodb": "DynamoDB.ResourceNotFoundException",
    "glue": "Glue.EntityNotFoundException",
    "lambda": "Lambda.ResourceNotFoundException",
    "redshiftdata": "RedshiftData.ValidationException",
    "s3": "S3.NoSuchBucketException",
    "sfn": "Sfn.AccessDeniedException",
    "sns": "SNS.AuthorizationErrorException",
    "states": "StepFunctions.AccessDeniedException",
}
"""An error of each service that no retry repairs."""

_ANY = ("States.ALL", "States.TaskFailed")


def choose_error(state: LocatedState, key: str, index: int) -> str:
    """Return an error that the handler of `Retry` or `Catch` with this index is the first to match; empty for none.

    An error that no retrier matches is better for a catcher: the run is shorter.
    """
    handlers = [read_list(body.get("ErrorEquals")) for _, body in state.list_objects(key)]
    retriers = [read_list(body.get("ErrorEquals")) for _, body in state.list_objects("Retry")]
    is_task = state.kind == "Task"
    fitting = [
        error
        for error in _list_errors(state, key, index)
        if is_matching_error(handlers[index], error, is_task=is_task)
        and not any(is_matching_error(names, error, is_task=is_task) for names in handlers[:index])
    ]
    if key == "Catch":
        fitting.sort(key=lambda error: any(is_matching_error(names, error, is_task=is_task) for names in retriers))
    return fitting[0] if fitting else ""


def _list_errors(state: LocatedState, key: str, index: int) -> Iterator[str]:
    body = dict(state.list_objects(key))[index]
    yield from (name for name in read_strings(body.get("ErrorEquals")) if name not in _ANY)
    call = parse_call(state)
    service = call.service if call else ""
    if error := _BY_SERVICE.get(service):
        yield error
    if state.kind == "Parallel":
        yield "States.BranchFailed"
    yield from ("States.TaskFailed", "States.Timeout", TOO_LARGE)
