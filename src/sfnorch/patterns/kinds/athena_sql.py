"""A query in Athena as a step of a flow and as a task of a dag."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sfnorch.asl import AnyState, Expression, Retrier, Task, Value, convert_to_code, is_expression, read_program
from sfnorch.calls import athena_query
from sfnorch.calls.athena_query import RUN_QUERY
from sfnorch.integrations.work import TaskCall, retry_failures
from sfnorch.patterns.kinds.part import StepPart, TaskFrame, TaskPart
from sfnorch.patterns.kinds.scope import FlowScope
from sfnorch.plan.models.dag import DagTask
from sfnorch.plan.models.flow import FlowPlan, FlowStep
from sfnorch.plan.steps.athena_sql import AthenaSql
from sfnorch.workflow import Arn, BucketArn, ObjectArns, Permission

_TRANSIENT = Retrier(errors=RUN_QUERY.transient, interval_seconds=5, max_attempts=6, jitter=True)
_NO_USE = Retrier(errors=RUN_QUERY.permanent, max_attempts=0)


def _make_arguments(query: AthenaSql) -> dict[str, Value]:
    """Return the arguments of StartQueryExecution.

    https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
    """
    literal = read_program(__package__, "sql_literal")
    parameters: list[Value] = [
        literal.fill(value=Expression(convert_to_code(value))) if is_expression(value) else value
        for value in query.parameters
    ]
    return {
        "QueryString": query.sql,
        "WorkGroup": query.workgroup,
        "QueryExecutionContext": {"Catalog": query.catalog, **({"Database": query.database} if query.database else {})},
        **({"ExecutionParameters": parameters} if parameters else {}),
        **({"ResultConfiguration": {"OutputLocation": query.output}} if query.output else {}),
    }


def _make_work(step: FlowStep, scope: FlowScope) -> TaskCall:
    """Return the call that runs the query and waits for it. Its result is `{id, output, bytes}`."""
    assert step.athena_sql is not None  # noqa: S101 - the registry calls it for this kind only
    return TaskCall(
        resource=RUN_QUERY.resource,
        arguments=_make_arguments(step.athena_sql),
        result=read_program(__package__, "query_result").fill(),
        passing=(_TRANSIENT,),
        no_use=(_NO_USE,),
    )


def _list_permissions(plan: FlowPlan, steps: Sequence[FlowStep]) -> Iterator[Permission]:
    return _list_query_permissions([step.athena_sql for step in steps if step.athena_sql])


def _make_task_arguments(task: DagTask) -> Mapping[str, Value]:
    assert task.athena_sql is not None  # noqa: S101 - the registry calls it for this kind only
    return _make_arguments(task.athena_sql)


def _make_state(frame: TaskFrame) -> AnyState:
    return Task(
        name=frame.name,
        resource=RUN_QUERY.resource,
        arguments=frame.arguments,
        retry=(_TRANSIENT, *retry_failures(frame.retries, _NO_USE)),
        catch=frame.catch,
        output={},
        next=frame.next_state,
    )


def _list_task_permissions(tasks: Sequence[DagTask]) -> Iterator[Permission]:
    return _list_query_permissions([task.athena_sql for task in tasks if task.athena_sql])


def _list_query_permissions(queries: Sequence[AthenaSql]) -> Iterator[Permission]:
    """Yield the permissions to run the queries, to use the tables of their databases, and to use their buckets.

    Athena accesses the catalog and S3 with the permissions of the role that starts the query.
    https://docs.aws.amazon.com/step-functions/latest/dg/athena-iam.html
    """
    on_workgroup, on_catalog = RUN_QUERY.grants
    workgroups = _unique(query.workgroup for query in queries)
    yield Permission(
        sid="RunQueries",
        actions=on_workgroup.actions,
        resources=tuple(Arn("athena", "workgroup/", name) for name in workgroups),
    )
    yield Permission(
        sid="ReadDataCatalogs",
        actions=on_catalog.actions,
        resources=tuple(Arn("athena", "datacatalog/", name) for name in _unique(query.catalog for query in queries)),
    )
    databases = _unique(query.database or "*" for query in queries)
    if "*" in databases:
        databases = ["*"]
    yield Permission(
        sid="UseTables",
        actions=(*athena_query.READ_TABLES, *athena_query.READ_PARTITIONS, *athena_query.CHANGE_TABLES),
        resources=(
            Arn("glue", "catalog", ""),
            *(Arn("glue", "database/", name) for name in databases),
            *(Arn("glue", "table/", name, "/*") for name in databases),
        ),
    )
    buckets = _unique(bucket for query in queries for bucket in _list_buckets(query))
    if buckets:
        yield Permission(sid="FindBuckets", actions=athena_query.FIND_BUCKETS, resources=tuple(map(BucketArn, buckets)))
        yield Permission(
            sid="UseObjects",
            actions=athena_query.USE_OBJECTS,
            resources=tuple(ObjectArns(bucket, "") for bucket in buckets),
        )
    if any(not query.buckets for query in queries):  # the action does not support resources
        yield Permission(sid="UseLakeFormation", actions=athena_query.USE_LAKE_FORMATION, resources=("*",))


def _list_buckets(query: AthenaSql) -> list[str]:
    own = [query.output.removeprefix("s3://").partition("/")[0]] if query.output else []
    return [*own, *query.buckets]


def _unique(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


STEP = StepPart(make_work=_make_work, list_permissions=_list_permissions)
TASK = TaskPart(
    state_name="RunAthenaQuery",
    make_arguments=_make_task_arguments,
    make_state=_make_state,
    list_permissions=_list_task_permissions,
)
