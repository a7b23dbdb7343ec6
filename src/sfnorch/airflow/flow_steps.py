"""Export a flow's step that is a single call, and what later steps can read of its result."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from sfnorch.airflow import operators
from sfnorch.airflow.ending import needed_topic
from sfnorch.airflow.jinja import Unsayable, Way, built, document, escaped, into, jinja_text, literal, rendered
from sfnorch.airflow.literals import Literal, SourceCall
from sfnorch.plan.names import STACK_NAME
from sfnorch.plan.steps.notify import SUBJECT_LENGTH

if TYPE_CHECKING:
    from sfnorch.plan.models.flow import FlowPlan, FlowStep
    from sfnorch.plan.steps.redshift_sql import RedshiftSql
    from sfnorch.plan.steps.s3_object import S3Object

Kept: TypeAlias = Callable[[Way], str]
"""Returns the Jinja expression of a path into a step's result. Raises Unsayable if Airflow does not keep it."""

INPUT = "dag_run.conf"


@dataclass(frozen=True, slots=True)
class ReadableVariables:
    """The variables that a step can read."""

    saved: Mapping[str, Kept]

    def source(self, name: str, way: Way) -> str:
        """Return the Jinja expression of a path into a variable. Raises Unsayable if it has none."""
        if name == "input":
            return into(INPUT, way)
        if name not in self.saved:
            raise Unsayable(f"${name}")
        return self.saved[name](way)

    @property
    def whole(self) -> str:
        """Return the run's input with all saved variables, as JSON in Jinja."""
        saved = "".join(f", {name}={kept(())}" for name, kept in self.saved.items())
        return f"{{{{ dict({INPUT} or {{}}{saved}) | tojson }}}}"


def call(step: FlowStep, task_id: str, scope: ReadableVariables, plan: FlowPlan, dag_id: str) -> SourceCall:
    """Return the call of the operator. Raises Unsayable for features that Airflow does not have."""
    more = _settings(step)
    if step.glue_job:
        arguments = (task_id, escaped(step.glue_job))
        return SourceCall(function="glue_job", arguments=arguments, keywords={**_job(step, scope), **more})
    if step.function:
        own = any(function.name == step.function for function in plan.functions)
        stack = f"{{{{ var.value.get('{dag_id}_stack_name', '{STACK_NAME}') }}}}"
        name = f"{stack}-{step.function}" if own else step.function
        return operators.invoke(task_id, name, _input(step, scope), **more)
    if step.state_machine:
        return operators.start_machine(task_id, step.state_machine, _input(step, scope), more, step.timeout)
    if step.redshift_sql:
        return _statement(step.redshift_sql, task_id, scope, more)
    if step.s3_object:
        return _object(step.s3_object, task_id, scope, dag_id, more)
    if step.notify:
        subject = rendered(step.notify.subject, scope.source, SUBJECT_LENGTH)
        message = rendered(step.notify.message, scope.source)
        return operators.publish(task_id, needed_topic(plan, dag_id), subject, message, **more)
    return _wait(step, task_id)


def kept(step: FlowStep, full_id: str) -> Kept:
    """Return what later steps can read of the step, whose task has this id."""
    pulled = f"ti.xcom_pull(task_ids='{full_id}')"
    if step.function:
        return lambda way: into(f"macros.json.loads({pulled})", way)
    if step.glue_job:
        fields = {"job": literal(step.glue_job), "runId": pulled}

        def of_run(way: Way) -> str:
            if not way:
                return "{" + ", ".join(f'"{key}": {value}' for key, value in fields.items()) + "}"
            if len(way) > 1 or way[0] not in fields:
                raise Unsayable(f"values of {step.name} other than its job and runId")
            return fields[str(way[0])]

        return of_run

    def of_no_task(way: Way) -> str:
        raise Unsayable(f"what {step.name} saved")

    return of_no_task


def given(value: object) -> Kept:
    """Return what later steps can read of a value in the plan: all of it."""

    def of_value(way: Way) -> str:
        found: object = value
        for key in way:
            known = isinstance(found, dict) if isinstance(key, str) else isinstance(found, list) and key < len(found)
            if not known or (isinstance(found, dict) and key not in found):
                raise Unsayable(f"a path into an item without {key}")
            found = found[key]  # type: ignore[index]
        return built(found, lambda name, _: _none_within(name))

    return of_value


def _none_within(name: str) -> str:
    raise Unsayable(f"${name} within an item")


def _settings(step: FlowStep) -> dict[str, Literal]:
    """Return the settings for retries and timeout of the step."""
    found: dict[str, Literal] = {}
    if step.retry:
        if len(step.retry) > 1 or step.retry[0].errors != ["States.ALL"]:
            raise Unsayable("retry for selected errors: Airflow retries after every error or never")
        retry = step.retry[0]
        if retry.backoff_rate not in (1, 2):
            raise Unsayable("retry with a backoff_rate other than 1 and 2")
        found = operators.retry_settings(retry.attempts, retry.interval, retry.backoff_rate)
        if retry.max_delay:
            found["max_retry_delay"] = operators.seconds(retry.max_delay)
    if step.timeout and not step.glue_job and not step.state_machine:
        found["execution_timeout"] = operators.seconds(step.timeout)
    return found


def _job(step: FlowStep, scope: ReadableVariables) -> dict[str, Literal]:
    """Return the settings of the job run. Glue enforces the timeout: a timeout of the trigger would not stop it."""
    minutes = math.ceil(step.timeout / 60) if step.timeout else None
    found: dict[str, Literal] = {}
    if step.arguments:
        found["script_args"] = {key: rendered(value, scope.source) for key, value in step.arguments.items()}
    settings = operators.run_settings(
        step.worker_type,
        step.number_of_workers,
        step.execution_class,
        step.security_configuration,
        minutes,
        step.job_run_queuing,
    )
    return found | ({"run_job_kwargs": settings} if settings else {})


def _input(step: FlowStep, scope: ReadableVariables) -> str:
    return scope.whole if step.input is None else document(step.input, scope.source)


def _statement(wanted: RedshiftSql, task_id: str, scope: ReadableVariables, more: dict[str, Literal]) -> SourceCall:
    found: dict[str, Literal | None] = {
        "task_id": task_id,
        "sql": _no_file(wanted.sql, scope),
        "parameters": [{"name": name, "value": _no_file(value, scope)} for name, value in wanted.parameters.items()]
        or None,
        "database": _no_file(wanted.database, scope),
        "cluster_identifier": wanted.cluster,
        "workgroup_name": wanted.workgroup,
        "secret_arn": wanted.secret_arn,
        "db_user": wanted.db_user and _no_file(wanted.db_user, scope),
        # in Airflow 3, a task's timeout has no effect while it is deferred
        "deferrable": "execution_timeout" not in more,
    }
    keywords = {key: value for key, value in found.items() if value is not None}
    return SourceCall(function="RedshiftDataOperator", keywords={**keywords, **more})


def _no_file(text: str, scope: ReadableVariables) -> str:
    """Return the text; as a Jinja literal if Airflow would read it as the name of a template file."""
    return jinja_text(text) if text.endswith(".sql") else rendered(text, scope.source)


def _object(
    wanted: S3Object, task_id: str, scope: ReadableVariables, dag_id: str, more: dict[str, Literal]
) -> SourceCall:
    key = "{{ run_id }}.json" if wanted.key is None else rendered(wanted.key, scope.source)
    keywords: dict[str, Literal] = {
        "task_id": task_id,
        "s3_bucket": wanted.bucket or f"{{{{ var.value['{dag_id}_results_bucket'] }}}}",
        "s3_key": escaped(wanted.prefix) + key,
        "data": scope.whole if wanted.body is None else document(wanted.body, scope.source),
        "replace": True,
    }
    return SourceCall(function="S3CreateObjectOperator", keywords={**keywords, **more})


def _wait(step: FlowStep, task_id: str) -> SourceCall:
    """Return a sensor that waits until then. Its target is rendered once, when it starts."""
    if not isinstance(step.wait, int):
        raise Unsayable("wait for a duration that is computed during the run")
    now = f"macros.datetime.now(macros.dateutil.tz.UTC) + macros.timedelta(seconds={step.wait})"
    keywords: dict[str, Literal] = {"task_id": task_id, "target_time": f"{{{{ ({now}).isoformat() }}}}"}
    return SourceCall(function="DateTimeSensorAsync", keywords=keywords)
