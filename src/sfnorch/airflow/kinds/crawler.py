"""A Glue crawler in an exported DAG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.airflow.jinja import escape_text
from sfnorch.airflow.kinds.part import ExportedStep, StepExport, TaskExport, list_task_retries
from sfnorch.airflow.literals import Literal, SourceCall

if TYPE_CHECKING:
    from sfnorch.airflow.run_context import ReadableRun
    from sfnorch.plan.models.dag import DagTask

_IMPORTS = "from airflow.providers.amazon.aws.operators.glue_crawler import GlueCrawlerOperator"


def _make_call(exported: ExportedStep) -> SourceCall:
    limits = exported.limits
    # in Airflow 3, a task's timeout has no effect while it is deferred
    is_deferrable = "execution_timeout" not in limits
    return _make_operator(exported.task_id, exported.step.crawler or "", limits, deferrable=is_deferrable)


def _make_task_call(task: DagTask, task_id: str, run: ReadableRun) -> SourceCall:
    return _make_operator(task_id, task.crawler or "", list_task_retries(task), deferrable=True)


def _make_operator(task_id: str, crawler: str, settings: dict[str, Literal], *, deferrable: bool) -> SourceCall:
    """Return the call of the operator. It changes no setting of the crawler, because the plan has none."""
    config: dict[str, Literal] = {"Name": escape_text(crawler)}
    keywords: dict[str, Literal] = {"task_id": task_id, "config": config, "deferrable": deferrable, **settings}
    return SourceCall(function="GlueCrawlerOperator", keywords=keywords)


STEP = StepExport(imports=_IMPORTS, make_call=_make_call)
TASK = TaskExport(imports=_IMPORTS, make_call=_make_task_call)
