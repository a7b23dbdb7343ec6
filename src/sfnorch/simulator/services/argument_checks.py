"""Arguments with which Step Functions does not start a Task: values that the service's request cannot contain.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html
https://docs.aws.amazon.com/step-functions/latest/dg/connect-api-gateway.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sfnorch.json_values import Json, find_value, read_mapping
from sfnorch.template.calls import ServiceCall


def find_faults(call: ServiceCall, arguments: Json) -> list[str]:
    """Return why Step Functions does not start a Task with these arguments; empty if it does."""
    check = _CHECKS.get(call.name)
    return check(arguments) if check else []


def _check_job_run(arguments: Json) -> list[str]:
    """Find arguments of the job that are not texts."""
    given = read_mapping(find_value(arguments, "Arguments"))
    wrong = [name for name, value in given.items() if not isinstance(value, str)]
    return [f"The value for the field '{name}' must be a STRING" for name in wrong]


def _check_api_call(arguments: Json) -> list[str]:
    """Find a header that is not a list of texts (recorded)."""
    headers = read_mapping(find_value(arguments, "Headers"))
    is_valid = all(isinstance(values, list) for values in headers.values())
    return [] if is_valid else ["The value of the field 'Headers' has an invalid format"]


_CHECKS: Mapping[str, Callable[[Json], list[str]]] = {
    "glue:startJobRun": _check_job_run,
    "apigateway:invoke": _check_api_call,
}
