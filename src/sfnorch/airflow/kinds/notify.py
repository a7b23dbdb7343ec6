"""A message to the topic in an exported DAG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sfnorch.airflow import operators
from sfnorch.airflow.ending import build_topic_variable, describe_topic_variable, get_required_topic
from sfnorch.airflow.jinja import render_jinja_text
from sfnorch.airflow.kinds.part import ExportedStep, StepExport
from sfnorch.airflow.literals import SourceCall
from sfnorch.plan.steps.notify import SUBJECT_LENGTH

if TYPE_CHECKING:
    from sfnorch.plan.models.flow import FlowPlan, FlowStep


def _make_call(exported: ExportedStep) -> SourceCall:
    wanted, source, limits = exported.step.notify, exported.variables.find_source, exported.limits
    assert wanted is not None  # noqa: S101 - the registry calls it for this kind only
    subject = render_jinja_text(wanted.subject, source, SUBJECT_LENGTH)
    topic = get_required_topic(exported.plan, exported.dag_id)
    message = render_jinja_text(wanted.message, source)
    return operators.publish(exported.task_id, topic, subject, message, **limits)


def _list_variables(plan: FlowPlan, steps: Sequence[FlowStep], dag_id: str) -> Mapping[str, str]:
    return {build_topic_variable(dag_id): describe_topic_variable(plan)}


STEP = StepExport(imports=operators.SNS, make_call=_make_call, list_variables=_list_variables)
