"""A SQL statement in Redshift as a step of a flow."""

from __future__ import annotations

from collections.abc import Sequence

from sfnorch.asl import Value, convert_to_text
from sfnorch.integrations import redshift_statement
from sfnorch.integrations.redshift_statement import StatementTarget
from sfnorch.patterns.kinds.part import InnerStates, StepPart
from sfnorch.patterns.kinds.scope import FlowScope
from sfnorch.plan.models.flow import FlowPlan, FlowStep
from sfnorch.plan.steps.redshift_sql import RedshiftSql
from sfnorch.workflow import Permission

STATEMENT_SECONDS = 3_600
"""The default timeout of a SQL statement."""


def _find_target(sql: RedshiftSql) -> StatementTarget:
    """Return where a statement runs, and how it authenticates."""
    return StatementTarget(
        database=sql.database,
        cluster=sql.cluster or "",
        workgroup=sql.workgroup or "",
        secret_arn=sql.secret_arn or "",
        db_user=sql.db_user or "",
    )


def _make_work(step: FlowStep, scope: FlowScope) -> InnerStates:
    sql = step.redshift_sql
    assert sql is not None  # noqa: S101 - the registry calls it for this kind only
    parameters: dict[str, Value] = {name: convert_to_text(value) for name, value in sql.parameters.items()}
    states = redshift_statement.run_states(
        step.name,
        place=_find_target(sql),
        sql=sql.sql,
        parameters=parameters,
        timeout_seconds=step.timeout or STATEMENT_SECONDS,
    )
    return InnerStates(states=states, arguments=redshift_statement.ARGUMENTS)


def _list_permissions(plan: FlowPlan, steps: Sequence[FlowStep]) -> tuple[Permission, ...]:
    return redshift_statement.list_permissions([_find_target(step.redshift_sql) for step in steps if step.redshift_sql])


STEP = StepPart(make_work=_make_work, list_permissions=_list_permissions)
