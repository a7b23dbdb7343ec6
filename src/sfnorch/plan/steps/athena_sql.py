"""A step or a task that runs a query in Amazon Athena."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from sfnorch.expressions import is_expression
from sfnorch.plan import names
from sfnorch.plan.models.base import Model
from sfnorch.plan.names import find_code_fault
from sfnorch.plan.paths import Fault, Path
from sfnorch.plan.scalars import Decimal
from sfnorch.plan.steps.kind import StepKey, StepKind, StepPlace

MAX_PARAMETERS = 100

_WORKGROUP = re.compile(r"[A-Za-z0-9._-]{1,128}")
_LOCATION = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([A-Za-z0-9!_.'()-]+/)*")
_MARK = re.compile(
    r"""
      '(?:[^']|'')*(?:'|\Z)       # a string
    | "(?:[^"]|"")*(?:"|\Z)       # a quoted name
    | --[^\n]*                    # a comment, up to the line break
    | /\*.*?(?:\*/|\Z)            # a comment
    | (?P<mark>\?)
    """,
    re.VERBOSE | re.DOTALL,
)


def write_literal(text: str) -> str:
    """Return the SQL literal of a text: in quotes, each quote doubled."""
    return "'" + text.replace("'", "''") + "'"


def _parameter(value: object) -> object:
    """Return a value as the SQL literal that Athena puts in place of a question mark; expressions stay."""
    match value:
        case bool():
            return str(value).lower()
        case int() | Decimal():
            return str(value)
        case str():
            return value if is_expression(value) else write_literal(value)
    return value


def _workgroup(name: str) -> str:
    if not _WORKGROUP.fullmatch(name):
        message = "{name} is invalid; must be an Athena workgroup's name: letters, digits, dots, dashes and underscores"
        raise PydanticCustomError("workgroup", message, {"name": repr(name)})
    return name


def _location(text: str) -> str:
    if not _LOCATION.fullmatch(text):
        message = "{text} is invalid; must be s3://BUCKET/ or s3://BUCKET/PREFIX/"
        raise PydanticCustomError("location", message, {"text": repr(text)})
    return text


Parameter: TypeAlias = Annotated[
    str, BeforeValidator(_parameter), Field(max_length=1_024), WithJsonSchema({"type": ["string", "number", "boolean"]})
]


class AthenaSql(Model):
    """A SQL query that runs in Athena. The step waits until the query has ended."""

    sql: Annotated[str, Field(min_length=1, max_length=100_000)] = Field(
        description="SQL query. Write ? for a value, and the values in `parameters`.",
        examples=["insert into daily select * from orders where day = ?"],
    )
    parameters: Annotated[list[Parameter], Field(max_length=MAX_PARAMETERS)] = Field(
        default=[],
        description="Values of the question marks, in their order. A text becomes a SQL string.",
        examples=[["{% $input.day %}"]],
    )
    database: Annotated[str, Field(pattern=names.DATABASE)] | None = Field(
        default=None,
        description="Database of tables without a database in the query. The role can use only the tables of this "
        "database; without it, those of all databases.",
        examples=["analytics"],
    )
    catalog: Annotated[str, Field(pattern=names.DATABASE)] = Field(
        default="AwsDataCatalog", description="Data catalog of the database.", examples=["AwsDataCatalog"]
    )
    workgroup: Annotated[str, AfterValidator(_workgroup)] = Field(
        default="primary", description="Athena workgroup in which the query runs.", examples=["etl"]
    )
    output: Annotated[str, AfterValidator(_location)] | None = Field(
        default=None,
        description="Location of the result. Default: the location in the settings of the workgroup; list its bucket "
        "in `buckets`.",
        examples=["s3://our-results/athena/"],
    )
    buckets: Annotated[list[Annotated[str, Field(pattern=names.BUCKET)]], Field(max_length=20)] = Field(
        default=[],
        description="Buckets with the data of the tables. The role can read and write their objects. Without buckets, "
        "the query uses data that Lake Formation grants to the role.",
        examples=[["our-lake"]],
    )


def count_marks(sql: str) -> int:
    """Return the number of question marks outside strings, quoted names and comments.

    https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
    """
    return sum(match["mark"] is not None for match in _MARK.finditer(sql))


def _list_values(given: AthenaSql) -> Iterator[tuple[Path, object]]:
    for index, value in enumerate(given.parameters):
        if is_expression(value):
            yield ("parameters", index), value


def _check(given: AthenaSql, place: StepPlace) -> Iterator[Fault]:
    if fault := find_code_fault(given.sql):
        yield (*place.path, "sql"), f"{fault}; write ?, and the value in parameters"
    marks, values = count_marks(given.sql), len(given.parameters)
    if marks != values:
        yield (
            (*place.path, "parameters"),
            f"the query has {marks} question marks, and parameters has {values} values; write one value for each mark",
        )
    for index, value in enumerate(given.parameters):
        if not is_expression(value) and (fault := find_code_fault(value)):
            yield (*place.path, "parameters", index), f"{value} is invalid: {fault}"


class AthenaSqlStep(StepKey):
    """The key of a step that runs a query."""

    step_kind = StepKind(
        key="athena_sql", settings=("timeout", "save_as", "retry"), check=_check, list_values=_list_values
    )
    athena_sql: AthenaSql | None = Field(
        default=None,
        description="SQL query that the step runs in Athena.",
        examples=[{"sql": "msck repair table orders", "database": "analytics", "output": "s3://our-results/athena/"}],
    )


class AthenaSqlTask(StepKey):
    """The key of a task that runs a query."""

    step_kind = StepKind(key="athena_sql", check=_check, list_values=_list_values)
    athena_sql: AthenaSql | None = Field(
        default=None,
        description="SQL query that the task runs in Athena.",
        examples=[{"sql": "msck repair table orders", "database": "analytics", "output": "s3://our-results/athena/"}],
    )
