"""A JSON object in S3 in an exported DAG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sfnorch.airflow import operators
from sfnorch.airflow.jinja import escape_text, render_document, render_jinja_text
from sfnorch.airflow.kinds.part import ExportedStep, StepExport
from sfnorch.airflow.literals import Literal, SourceCall

if TYPE_CHECKING:
    from sfnorch.plan.models.flow import FlowPlan, FlowStep


def _make_call(exported: ExportedStep) -> SourceCall:
    wanted, variables, limits = exported.step.s3_object, exported.variables, exported.limits
    assert wanted is not None  # noqa: S101 - the registry calls it for this kind only
    key = "{{ run_id }}.json" if wanted.key is None else render_jinja_text(wanted.key, variables.find_source)
    keywords: dict[str, Literal] = {
        "task_id": exported.task_id,
        "s3_bucket": wanted.bucket or f"{{{{ var.value['{exported.dag_id}_results_bucket'] }}}}",
        "s3_key": escape_text(wanted.prefix) + key,
        "data": variables.whole if wanted.body is None else render_document(wanted.body, variables.find_source),
        "replace": True,
    }
    return SourceCall(function="S3CreateObjectOperator", keywords={**keywords, **limits})


def _list_variables(plan: FlowPlan, steps: Sequence[FlowStep], dag_id: str) -> Mapping[str, str]:
    is_needed = any(step.s3_object and not step.s3_object.bucket for step in steps)
    return {f"{dag_id}_results_bucket": "the bucket for objects"} if is_needed else {}


STEP = StepExport(imports=operators.S3, make_call=_make_call, list_variables=_list_variables)
