"""A step that runs a SQL statement through the Redshift Data API."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from sfnorch.plan import names
from sfnorch.plan.models.base import Model
from sfnorch.plan.names import find_code_fault
from sfnorch.plan.paths import Fault, Path
from sfnorch.plan.steps.kind import StepKey, StepKind, StepPlace
from sfnorch.plan.values import ScalarText
from sfnorch.sql import find_sql_parameters

MAX_STATEMENT_SECONDS = 86_400
"""The maximum duration of a statement. https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html (documented)"""


class RedshiftSql(Model):
    """A SQL statement that runs through the Redshift Data API. The step waits until the statement has finished."""

    sql: Annotated[str, Field(min_length=1, max_length=100_000)] = Field(
        description="SQL statement. Write :name for a value, and the value in `parameters`.",
        examples=["insert into etl_runs (job_id) values (:job_id)"],
    )
    parameters: dict[Annotated[str, Field(pattern=names.SQL_PARAMETER)], ScalarText] = Field(
        default={},
        description="Values of the SQL parameters, by name.",
        examples=[{"job_id": "{% $job.job_id %}"}],
    )
    database: Annotated[str, Field(pattern=names.DATABASE)] = Field(
        description="Name of the database.", examples=["analytics"]
    )
    cluster: Annotated[str, Field(pattern=names.CLUSTER)] | None = Field(
        default=None,
        description="Identifier of the provisioned cluster. Set either cluster or workgroup.",
        examples=["etl"],
    )
    workgroup: Annotated[str, Field(pattern=names.WORKGROUP)] | None = Field(
        default=None,
        description="Redshift Serverless workgroup: a name or an ARN. With an ARN, the role allows only this "
        "workgroup. With a name, it allows all workgroups of the account, because ARNs contain ids.",
        examples=["etl"],
    )
    secret_arn: Annotated[str, Field(pattern=names.SECRET)] | None = Field(
        default=None,
        description="ARN of the secret with the user name and password. Without secret_arn and db_user, the role "
        "authenticates with IAM.",
        examples=["arn:aws:secretsmanager:us-east-1:123456789012:secret:redshift-AbCdEf"],
    )
    db_user: Annotated[str, Field(pattern=names.DATABASE)] | None = Field(
        default=None,
        description="Database user for which the role gets temporary credentials (provisioned clusters only).",
        examples=["etl"],
    )


def _list_values(given: RedshiftSql) -> Iterator[tuple[Path, object]]:
    yield ("parameters",), given.parameters


def _check(given: RedshiftSql, place: StepPlace) -> Iterator[Fault]:
    path = place.path
    if (given.cluster is None) == (given.workgroup is None):
        yield path, "a statement must have either cluster or workgroup; set exactly one of them"
    if given.secret_arn is not None and given.db_user is not None:
        yield (*path, "db_user"), "db_user and secret_arn exclude each other; remove one of them"
    if given.workgroup is not None and given.db_user is not None:
        yield (
            (*path, "db_user"),
            "db_user is not supported for a workgroup; use secret_arn, or remove db_user to authenticate with IAM",
        )
    if place.timeout is not None and place.timeout > MAX_STATEMENT_SECONDS:
        message = "the Redshift Data API runs a statement for at most 24 hours; write 24h or less"
        yield (*path[:-1], "timeout"), message
    yield from _check_sql(given.sql, given.parameters, path)


def _check_sql(sql: str, values: Mapping[str, str], path: Path) -> Iterator[Fault]:
    """Yield the faults of a statement and its parameters: parameters without a value, and values that are not used.

    The Redshift Data API rejects values that the statement does not use ("Parameters list contains unused
    parameters"). A parameter without a value reaches Redshift unchanged, which is a syntax error. Both as reported in:
    https://github.com/aws-samples/getting-started-with-amazon-redshift-data-api/issues/4
    https://github.com/aws/aws-sdk-pandas/issues/3024
    """
    if "{%" in sql or "%}" in sql:
        yield (*path, "sql"), "SQL cannot contain expressions; write :name, and the value in parameters"
    elif fault := find_code_fault(sql):
        yield (*path, "sql"), f"{fault}; write :name, and the value in parameters"
    used = find_sql_parameters(sql)
    for name, line in used.items():
        if name not in values:
            where = f" (line {line} of the statement)" if "\n" in sql.strip() else ""
            yield (*path, "sql"), f"the parameter :{name} has no value{where}; add {name} to parameters"
    for name, value in values.items():
        at: Path = (*path, "parameters", name)
        if name not in used and re.search(rf":{re.escape(name)}\b", sql):
            yield at, f":{name} is only in quotes or comments, where it is not replaced; move it out of the quotes"
        elif name not in used:
            yield at, f":{name} is not used in the statement; remove the parameter, or use it"
        if value == "":
            yield (
                at,
                "the Redshift Data API does not support empty values; remove the parameter, or write NULL in the SQL",
            )


class RedshiftSqlStep(StepKey):
    """The key of a step that runs a SQL statement in Redshift."""

    step_kind = StepKind(
        key="redshift_sql", settings=("timeout", "save_as", "retry"), check=_check, list_values=_list_values
    )
    redshift_sql: RedshiftSql | None = Field(
        default=None,
        description="SQL statement that the step runs in Redshift.",
        examples=[{"sql": "vacuum orders", "database": "analytics", "workgroup": "etl"}],
    )
