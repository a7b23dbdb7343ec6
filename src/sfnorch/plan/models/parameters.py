"""The parameters of a run."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from sfnorch.plan import names
from sfnorch.plan.fields import reject_code
from sfnorch.plan.models.base import Model
from sfnorch.plan.scalars import Decimal

ParameterType = Literal["string", "integer", "boolean", "date", "timestamp", "enum"]


def _check_parameter_value(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, str):
        return reject_code(value)
    if isinstance(value, bool | int):
        return value
    raise PydanticCustomError("parameter_value", "expected a string, a whole number, true or false")


ParameterValue = Annotated[
    Any,
    BeforeValidator(_check_parameter_value),
    WithJsonSchema({"type": ["string", "integer", "boolean"]}),
]
"""A value of a parameter in a plan."""


class RunParameter(Model):
    """A parameter of a run. Expressions use it as `$params.NAME`."""

    type: ParameterType = Field(default="string", description="Type of the values.", examples=["date"])
    default: ParameterValue | None = Field(
        default=None,
        description="Default value. For a date also `today`, `yesterday` or `month_start`, relative to the date of the "
        "run; for a timestamp also `scheduled_time`. A parameter without a default is required.",
        examples=["yesterday"],
    )
    required: bool | None = Field(
        default=None,
        description="Whether a run must have a value. Default: true without a default. With false and without a "
        "default, the value is null.",
        examples=[False],
    )
    pattern: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(reject_code)] | None = Field(
        default=None,
        description="Regular expression that a whole string must match.",
        examples=["[a-z_]+"],
    )
    values: Annotated[list[ParameterValue], Field(min_length=1, max_length=100)] = Field(
        default=[], description="Values of the type enum.", examples=[["full", "delta"]]
    )
    description: Annotated[str, Field(max_length=500), AfterValidator(reject_code)] = Field(
        default="", description="Description, also of the stack parameter.", examples=["Day to load"]
    )

    @property
    def is_required(self) -> bool:
        """Whether a run must have a value, from its input or from the stack."""
        return self.default is None and self.required is not False


ParameterName = Annotated[str, Field(pattern=names.PARAMETER)]
