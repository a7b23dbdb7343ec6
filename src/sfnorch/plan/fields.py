"""Types of plan keys that several models share: names of jobs, arguments, tags, settings of a job run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from sfnorch.expressions import is_expression
from sfnorch.plan import names
from sfnorch.plan.names import find_blank_fault, find_code_fault, find_job_name_fault
from sfnorch.plan.scalars import write_scalar
from sfnorch.plan.tags import VALUE_LENGTH, find_tag_key_fault, find_tag_value_fault
from sfnorch.plan.worker_types import WORKER_TYPES

_SIZE = re.compile(r"([A-Z])\.([0-9]+)X")


def _check_job_name(name: str) -> str:
    if fault := find_job_name_fault(name):
        raise PydanticCustomError(
            "job_name", "{name} is not a valid Glue job name: {fault}", {"name": repr(name), "fault": fault}
        )
    return name


def check_resource_name(name: str, what: str = "job") -> str:
    """Return the name of a Glue job (or of another resource, `what`), or a prefix that ends in `*`, if it is valid.

    Raises PydanticCustomError otherwise.
    """
    if fault := find_job_name_fault(name, what, prefix=True):
        raise PydanticCustomError(
            "job_name",
            "{name} is not a valid Glue {what} name or prefix*: {fault}",
            {"name": repr(name), "what": what, "fault": fault},
        )
    return name


def reject_code(text: str) -> str:
    """Return the text if neither Step Functions nor CloudFormation would evaluate it.

    Raises PydanticCustomError otherwise.
    """
    if fault := find_code_fault(text):
        raise PydanticCustomError("code", "{text} is invalid: {fault}", {"text": repr(text), "fault": fault})
    return text


def _reject_code_in_text(text: str) -> str:
    """Return the text if it is not evaluated, or if it is an expression, which `checks` reads."""
    return text if is_expression(text) else reject_code(text)


def _check_argument_key(key: str) -> str:
    if not key.startswith("--") or len(key) == len("--"):
        raise PydanticCustomError(
            "argument_key",
            "{key} is not a valid job argument: it must begin with two dashes; write --{bare}",
            {"key": repr(key), "bare": key.lstrip("-")},
        )
    name = key.removeprefix("--")
    if name != name.strip():
        wanted = repr(f"--{name.strip()}") if name.strip() else "a name after the dashes"
        raise PydanticCustomError(
            "argument_key",
            "{key} is not a valid job argument: it has leading or trailing blanks; write {wanted}",
            {"key": repr(key), "wanted": wanted},
        )
    return reject_code(key)


def _check_tag_key(key: str) -> str:
    if fault := find_tag_key_fault(key):
        raise PydanticCustomError(
            "tag_key", "{key} is not a valid tag key: {fault}", {"key": repr(key), "fault": fault}
        )
    return key


def _check_tag_value(value: str) -> str:
    if fault := find_tag_value_fault(value):
        raise PydanticCustomError(
            "tag_value", "{value} is not a valid tag value: {fault}", {"value": repr(value), "fault": fault}
        )
    return value


def _check_worker_type(name: str) -> str:
    if name not in WORKER_TYPES:
        raise PydanticCustomError(
            "worker_type",
            "unknown worker type {name}; {near}available: {known}",
            {"name": repr(name), "near": _suggest_worker_type(name), "known": ", ".join(WORKER_TYPES)},
        )
    return name


def _suggest_worker_type(name: str) -> str:
    """Return a suggestion for the type that was probably meant; empty if no type is similar."""
    import difflib  # for errors only

    wanted = name.upper()
    same = [known for known in WORKER_TYPES if known.upper() == wanted]
    sized = sorted(_compare_sizes(wanted), key=lambda pair: pair[0])
    near = same or [known for _, known in sized] or difflib.get_close_matches(wanted, WORKER_TYPES, n=1, cutoff=0.7)
    return f"did you mean {near[0]}? " if near else ""


def _compare_sizes(name: str) -> Iterator[tuple[int, str]]:
    """Yield the difference in size and the name of each worker type with the same letter."""
    size = _SIZE.fullmatch(name)
    for known in WORKER_TYPES if size else ():
        if size and (other := _SIZE.fullmatch(known)) and other[1] == size[1]:
            yield abs(int(other[2]) - int(size[2])), known


def _reject_outer_blanks(text: str) -> str:
    if text and (fault := find_blank_fault(text)):
        raise PydanticCustomError("blank", "{text} is not valid: {fault}", {"text": repr(text), "fault": fault})
    return text


JobName = Annotated[str, AfterValidator(_check_job_name)]
ArgumentKey = Annotated[str, AfterValidator(_check_argument_key)]
ArgumentText = Annotated[
    str,
    BeforeValidator(write_scalar),
    AfterValidator(_reject_code_in_text),
    WithJsonSchema({"type": ["string", "integer", "boolean"]}),
]
TagKey = Annotated[str, AfterValidator(_check_tag_key)]
TagValue = Annotated[
    str,
    AfterValidator(_check_tag_value),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": VALUE_LENGTH}),
]
TopicArnText = Annotated[str, Field(pattern=names.TOPIC_ARN)]
KeyArnText = Annotated[str, Field(pattern=names.KEY_ARN)]
Email = Annotated[str, Field(pattern=names.EMAIL), AfterValidator(reject_code)]


WorkerType = Annotated[
    Annotated[str, AfterValidator(_check_worker_type), WithJsonSchema({"type": "string", "enum": list(WORKER_TYPES)})]
    | None,
    Field(description="Worker type of the run. Default: the job's setting.", examples=["G.1X"]),
]
NumberOfWorkers = Annotated[
    Annotated[int, Field(ge=1, le=1000)] | None,
    Field(description="Number of workers of the run. Default: the job's setting.", examples=[10]),
]
ExecutionClass = Annotated[
    Literal["STANDARD", "FLEX"] | None,
    Field(
        description="Execution class of the run. FLEX runs on spare capacity: it costs less and can start later (Spark "
        "jobs with Glue 3.0 and later).",
        examples=["FLEX"],
    ),
]
JobRunQueuing = Annotated[
    bool | None,
    Field(
        description="Whether Glue queues the run when the job or the account has reached its limit of concurrent runs. "
        "Default: the job's setting. Glue does not queue FLEX runs, nor runs of a job whose MaxRetries is not 0.",
        examples=[True],
    ),
]
SecurityConfiguration = Annotated[
    Annotated[
        str, Field(min_length=1, max_length=255), AfterValidator(reject_code), AfterValidator(_reject_outer_blanks)
    ]
    | None,
    Field(description="Glue security configuration of the run. Default: the job's setting.", examples=["encrypted"]),
]
