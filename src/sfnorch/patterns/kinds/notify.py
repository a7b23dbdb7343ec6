"""A message to the topic as a step of a flow."""

from __future__ import annotations

from collections.abc import Sequence

from sfnorch.asl import Expression, Substitution, Value, convert_to_code, convert_to_text, is_expression, jsonata
from sfnorch.integrations import notification
from sfnorch.integrations.work import TaskCall
from sfnorch.patterns.kinds.part import StepPart
from sfnorch.patterns.kinds.scope import FlowScope
from sfnorch.plan.models.flow import FlowPlan, FlowStep
from sfnorch.workflow import Permission

TOPIC = "TopicArn"
"""The name of the substitution with the ARN of the topic."""


def _make_work(step: FlowStep, scope: FlowScope) -> TaskCall:
    wanted = step.notify
    assert wanted is not None  # noqa: S101 - the registry calls it for this kind only
    subject: Value = wanted.subject
    if is_expression(wanted.subject):
        subject = jsonata(
            "$substring($string((<{subject}>)), 0, 99)", subject=Expression(convert_to_code(wanted.subject))
        )
    return notification.build_call(Substitution(TOPIC), subject, convert_to_text(wanted.message))


def _list_permissions(plan: FlowPlan, steps: Sequence[FlowStep]) -> tuple[Permission, ...]:
    """Return nothing: the flow has the permissions and the substitution for its own notifications too."""
    return ()


STEP = StepPart(make_work=_make_work, list_permissions=_list_permissions)
