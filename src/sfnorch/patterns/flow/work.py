"""The service calls of steps that are a single call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfnorch.asl import Expression, Substitution, Value, given, given_code, given_text, is_expression, jsonata
from sfnorch.integrations import external_execution, glue_job, lambda_function, notification, s3_object
from sfnorch.integrations.work import Work
from sfnorch.naming import logical_key

if TYPE_CHECKING:
    from sfnorch.patterns.flow.scope import FlowScope
    from sfnorch.plan.models.flow import FlowStep
    from sfnorch.plan.steps.notify import Notify
    from sfnorch.plan.steps.s3_object import S3Object

TOPIC, RESULTS = "TopicArn", "ResultsBucket"
"""Names of substitutions."""


def work(step: FlowStep, scope: FlowScope) -> Work:
    """Return the call of a step that has glue_job, lambda, state_machine, s3_object or notify."""
    if step.glue_job:
        arguments: dict[str, Value] = {key: given_text(value) for key, value in step.arguments.items()}
        return glue_job.work(step.glue_job, step, arguments)
    if step.function:
        key = scope.functions.get(step.function)
        return lambda_function.work(Substitution(function_name(key)) if key else step.function, _input(step, scope))
    if step.state_machine:
        machine = Substitution(scope.machines[step.state_machine])
        whole = _input(step, scope)
        return external_execution.work(machine, whole if isinstance(whole, Expression) else _mapping(whole))
    if step.s3_object:
        return put(step.s3_object, scope, object_key(step.s3_object))
    assert step.notify is not None  # noqa: S101 - the only kind that is left
    return _message(step.notify)


def function_name(key: str) -> str:
    """Return the name of the substitution with the ARN of the function with this key."""
    return f"{key}Function"


def machine_name(machine: str) -> str:
    """Return the name of the substitution with the ARN of `machine`, a state machine of another stack (name or ARN)."""
    return f"{logical_key(machine)}Machine"


def _input(step: FlowStep, scope: FlowScope) -> Value:
    return scope.document if step.input is None else given(step.input)


def _mapping(value: Value) -> dict[str, Value]:
    return dict(value) if isinstance(value, dict) else {}


_ANOTHER_EACH_TIME = re.compile(r"\$(uuid|random|shuffle|now|millis)\b")


def comes_to_another_key(wanted: S3Object) -> bool:
    """Return whether the expression for the key can yield a different key each time."""
    return is_expression(wanted.key) and _ANOTHER_EACH_TIME.search(str(wanted.key)) is not None


def object_key(wanted: S3Object) -> Value:
    """Return the key of the object, with its prefix."""
    if wanted.key is None:
        return jsonata('<<prefix>> & $states.context.Execution.Name & ".json"', prefix=wanted.prefix)
    if is_expression(wanted.key):
        return jsonata("<<prefix>> & $string((<{key}>))", prefix=wanted.prefix, key=Expression(given_code(wanted.key)))
    return wanted.prefix + wanted.key


def put(wanted: S3Object, scope: FlowScope, key: Value) -> Work:
    """Return the call that writes the object with this key."""
    body = scope.document if wanted.body is None else given(wanted.body)
    return s3_object.put(wanted.bucket or Substitution(RESULTS), key, body)


def _message(wanted: Notify) -> Work:
    subject: Value = wanted.subject
    if is_expression(wanted.subject):
        subject = jsonata("$substring($string((<{subject}>)), 0, 99)", subject=Expression(given_code(wanted.subject)))
    return notification.work(Substitution(TOPIC), subject, given_text(wanted.message))
