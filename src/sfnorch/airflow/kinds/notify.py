"""A message to the topic in an exported DAG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sfnorch.airflow import operators
from sfnorch.airflow.ending import needed_topic, topic_meaning, topic_variable
from sfnorch.airflow.jinja import rendered
from sfnorch.airflow.kinds.part import ExportedStep, StepExport
from sfnorch.airflow.literals import SourceCall
from sfnorch.plan.steps.notify import SUBJECT_LENGTH

if TYPE_CHECKING:
    from sfnorch.plan.models.flow import FlowPlan, FlowStep


def _make_call(exported: ExportedStep) -> SourceCall:
    wanted, source, limits = exported.step.notify, exported.variables.source, exported.limits
    assert wanted is not None  # noqa: S101 - the registry calls it for this kind only
    subject = rendered(wanted.subject, source, SUBJECT_LENGTH)
    topic = needed_topic(exported.plan, exported.dag_id)
    message = rendered(wanted.message, source)
    return operators.publish(exported.task_id, topic, subject, message, **limits)


def _list_variables(plan: FlowPlan, steps: Sequence[FlowStep], dag_id: str) -> Mapping[str, str]:
    return {topic_variable(dag_id): topic_meaning(plan)}


STEP = StepExport(imports=operators.SNS, make_call=_make_call, list_variables=_list_variables)
