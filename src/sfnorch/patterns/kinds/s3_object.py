"""A JSON object in S3 as a step of a flow."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sfnorch.asl import (
    Expression,
    Substitution,
    Task,
    Value,
    convert_expressions,
    convert_to_code,
    is_expression,
    jsonata,
)
from sfnorch.integrations import s3_object
from sfnorch.integrations.work import TaskCall
from sfnorch.patterns.kinds.part import InnerStates, StepPart
from sfnorch.patterns.kinds.scope import FlowScope
from sfnorch.patterns.stack_parameters import RESULTS
from sfnorch.plan.models.flow import FlowPlan, FlowStep
from sfnorch.plan.steps.s3_object import S3Object
from sfnorch.workflow import DeploymentValue, Permission, ResultsBucket

_ANOTHER_EACH_TIME = re.compile(r"\$(uuid|random|shuffle|now|millis)\b")


def _make_work(step: FlowStep, scope: FlowScope) -> TaskCall | InnerStates:
    wanted = step.s3_object
    assert wanted is not None  # noqa: S101 - the registry calls it for this kind only
    if not (step.save_as and _can_change_key(wanted)):
        return _put(wanted, scope, _make_key(wanted))
    call = _put(wanted, scope, jsonata("$states.input.key"))
    once = Task(  # its key is in its input, because Assign would evaluate the expression of the key again
        name=f"{step.name} (put)",
        resource=call.resource,
        arguments=call.arguments,
        timeout_seconds=step.timeout,
        retry=call.passing,
        output=call.result,
    )
    return InnerStates(states=[once], arguments={"key": _make_key(wanted)})


def _can_change_key(wanted: S3Object) -> bool:
    """Return whether the expression for the key can yield a different key each time."""
    return is_expression(wanted.key) and _ANOTHER_EACH_TIME.search(str(wanted.key)) is not None


def _make_key(wanted: S3Object) -> Value:
    """Return the key of the object, with its prefix."""
    if wanted.key is None:
        return jsonata('<<prefix>> & $states.context.Execution.Name & ".json"', prefix=wanted.prefix)
    if is_expression(wanted.key):
        return jsonata(
            "<<prefix>> & $string((<{key}>))", prefix=wanted.prefix, key=Expression(convert_to_code(wanted.key))
        )
    return wanted.prefix + wanted.key


def _put(wanted: S3Object, scope: FlowScope, key: Value) -> TaskCall:
    body = scope.document if wanted.body is None else convert_expressions(wanted.body)
    return s3_object.build_call(wanted.bucket or Substitution(RESULTS), key, body)


def _bind_names(plan: FlowPlan, steps: Sequence[FlowStep]) -> Mapping[str, DeploymentValue]:
    is_needed = any(step.s3_object and not step.s3_object.bucket for step in steps)
    return {RESULTS: ResultsBucket()} if is_needed else {}


def _list_permissions(plan: FlowPlan, steps: Sequence[FlowStep]) -> tuple[Permission, ...]:
    objects = [step.s3_object for step in steps if step.s3_object]
    return s3_object.list_permissions([(each.bucket or ResultsBucket(), each.prefix) for each in objects])


STEP = StepPart(make_work=_make_work, list_permissions=_list_permissions, bind_names=_bind_names)
