"""`aws-sdk:redshiftdata:executeStatement`: run a SQL statement, and poll until it has finished.

https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_ExecuteStatement.html
https://docs.aws.amazon.com/redshift/latest/mgmt/data-api.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sfnorch.asl import AnyState, Catcher, Choice, ChoiceRule, Fail, Retrier, Succeed, Task, Value, Wait, jsonata
from sfnorch.calls.redshift_statement import (
    CANCEL_STATEMENT,
    DESCRIBE_STATEMENT,
    EXECUTE_STATEMENT,
    READ_SECRET,
    SIGN_IN_AS_ROLE,
    SIGN_IN_AS_USER,
    SIGN_IN_TO_WORKGROUP,
    TRANSIENT,
)
from sfnorch.integrations.polling import PollDelays
from sfnorch.workflow import Arn, DeploymentValue, Permission

ERROR, TIMED_OUT = "RedshiftStatementFailed", "RedshiftStatementTimedOut"

_PASSING = Retrier(errors=TRANSIENT, interval_seconds=5, max_attempts=6, jitter=True)
"""Transient errors. A retry is safe, because a statement with the same ClientToken runs only once."""

_DELAYS = PollDelays(first=2, growth=1.5, longest=60)
_FLAT_CAUSE = '$string({"step": <<step>>, "error": <<error>>, "message": <{message}>})'
_FAILED = '"the statement ended " & $states.input.status & ([": " & $states.input.message, ""][0])'
_LATE = '"the statement had not finished after " & <<seconds>> & " seconds, and was cancelled"'

ARGUMENTS = {"token": jsonata("$uuid()")}
"""The input of the states: a token with which a statement runs only once, even if its start is retried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementTarget:
    """Where a statement runs (a cluster or a workgroup), and how it authenticates (secret, database user, or IAM)."""

    database: str
    cluster: str = ""
    workgroup: str = ""
    secret_arn: str = ""
    db_user: str = ""

    @property
    def arguments(self) -> dict[str, Value]:
        """The arguments of ExecuteStatement for this place."""
        named = {
            "ClusterIdentifier": self.cluster,
            "WorkgroupName": self.workgroup,
            "SecretArn": self.secret_arn,
            "DbUser": self.db_user,
        }
        return {"Database": self.database, **{key: value for key, value in named.items() if value}}


def run_states(
    name: str, *, place: StatementTarget, sql: str, parameters: Mapping[str, Value], timeout_seconds: int
) -> tuple[AnyState, ...]:
    """Return the states that run a statement and wait for it, for a branch; their output is `{id, status, rows}`.

    Their input is `ARGUMENTS`. Variables: `statement`, its id, and `polls`, the number of polls. After the timeout, the
    statement is cancelled.
    """
    given: dict[str, Value] = {"Sql": sql, **place.arguments, "StatementName": name}
    if parameters:
        given["Parameters"] = [{"Name": key, "Value": value} for key, value in parameters.items()]
    given["ClientToken"] = jsonata("$states.input.token")
    describe = f"{name} (describe)"
    late = jsonata(_LATE, seconds=timeout_seconds)
    failed = jsonata("$substring(<{message}>, 0, 1000)", message=jsonata(_FAILED))
    return (
        Task(
            name=f"{name} (execute)",
            resource=EXECUTE_STATEMENT.resource,
            arguments=given,
            retry=(_PASSING,),
            assign={"statement": jsonata("$states.result.Id"), "polls": 0},
            output={},
            next=f"{name} (wait)",
        ),
        Wait(name=f"{name} (wait)", seconds=_DELAYS.expression, next=describe),
        Task(
            name=describe,
            resource=DESCRIBE_STATEMENT.resource,
            arguments={"Id": jsonata("$statement")},
            retry=(_PASSING,),
            assign={"polls": jsonata("$polls + 1")},
            output=jsonata('$states.result.{"status": Status, "message": Error, "rows": ResultRows}'),
            next=f"{name} (check)",
        ),
        Choice(
            name=f"{name} (check)",
            rules=(
                ChoiceRule(condition=jsonata('$states.input.status = "FINISHED"'), next=f"{name} (finished)"),
                ChoiceRule(condition=jsonata('$states.input.status in ["FAILED", "ABORTED"]'), next=f"{name} (failed)"),
                ChoiceRule(
                    condition=jsonata("$polls >= <<most>>", most=_DELAYS.count_polls(timeout_seconds)),
                    next=f"{name} (cancel)",
                ),
            ),
            default=f"{name} (wait)",
        ),
        Task(
            name=f"{name} (cancel)",
            resource=CANCEL_STATEMENT.resource,
            arguments={"Id": jsonata("$statement")},
            retry=(_PASSING,),
            catch=(Catcher(errors=("States.ALL",), output={}, next=f"{name} (timed out)"),),
            output={},
            next=f"{name} (timed out)",
        ),
        Fail(
            name=f"{name} (timed out)",
            error=TIMED_OUT,
            cause=jsonata(_FLAT_CAUSE, step=name, error=TIMED_OUT, message=late),
        ),
        Fail(
            name=f"{name} (failed)",
            error=ERROR,
            cause=jsonata(_FLAT_CAUSE, step=name, error=ERROR, message=failed),
        ),
        Succeed(
            name=f"{name} (finished)",
            output=jsonata('$merge([{"id": $statement}, $states.input.{"status": status, "rows": rows}])'),
        ),
    )


def list_permissions(places: Iterable[StatementTarget]) -> tuple[Permission, ...]:
    """Return the permissions to run statements in these places, and to authenticate there.

    The ARN of a workgroup contains an id and not its name. For a name, the permissions allow all workgroups of the
    account.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonredshiftdataapi.html
    """
    places = list(dict.fromkeys(places))
    found = [
        _build_permission(
            "ExecuteStatements", EXECUTE_STATEMENT.actions, [_build_workgroup_arn(place) for place in places]
        ),
        # these actions do not support resources
        Permission(
            sid="LookAtStatements",
            actions=(*DESCRIBE_STATEMENT.actions, *CANCEL_STATEMENT.actions),
            resources=("*",),
        ),
        _build_permission("ReadSecrets", READ_SECRET, [p.secret_arn for p in places if p.secret_arn]),
        _build_permission(
            "SignInAsUser",
            SIGN_IN_AS_USER,
            [arn for place in places if place.db_user for arn in _list_user_arns(place)],
        ),
        _build_permission(
            "SignInAsRole",
            SIGN_IN_AS_ROLE,
            [_build_database_arn(p) for p in places if p.cluster and not p.db_user and not p.secret_arn],
        ),
        _build_permission(
            "SignInToWorkgroup",
            SIGN_IN_TO_WORKGROUP,
            [_build_workgroup_arn(place) for place in places if place.workgroup and not place.secret_arn],
        ),
    ]
    return tuple(permission for permission in found if permission)


def _build_permission(sid: str, actions: tuple[str, ...], resources: list[DeploymentValue]) -> Permission | None:
    return Permission(sid=sid, actions=actions, resources=tuple(dict.fromkeys(resources))) if resources else None


def _build_workgroup_arn(place: StatementTarget) -> DeploymentValue:
    if place.cluster:
        return Arn("redshift", "cluster:", place.cluster)
    return place.workgroup if place.workgroup.startswith("arn:") else Arn("redshift-serverless", "workgroup/", "*")


def _build_database_arn(place: StatementTarget) -> DeploymentValue:
    return Arn("redshift", "dbname:", f"{place.cluster}/{place.database}")


def _list_user_arns(place: StatementTarget) -> tuple[DeploymentValue, DeploymentValue]:
    return Arn("redshift", "dbuser:", f"{place.cluster}/{place.db_user}"), _build_database_arn(place)
