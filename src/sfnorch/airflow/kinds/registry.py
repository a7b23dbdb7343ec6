"""The exports of all kinds, by the key in the plan. The order is that of Airflow variables in a file."""

from __future__ import annotations

from collections.abc import Mapping

from sfnorch.airflow.kinds import (
    athena_sql,
    crawler,
    glue_job,
    lambda_function,
    notify,
    redshift_sql,
    s3_object,
    state_machine,
    wait,
)
from sfnorch.airflow.kinds.part import StepExport, TaskExport

STEP_EXPORTS: Mapping[str, StepExport] = {
    "glue_job": glue_job.STEP,
    "state_machine": state_machine.STEP,
    "lambda": lambda_function.STEP,
    "redshift_sql": redshift_sql.STEP,
    "athena_sql": athena_sql.STEP,
    "crawler": crawler.STEP,
    "s3_object": s3_object.STEP,
    "notify": notify.STEP,
    "wait": wait.STEP,
}
TASK_EXPORTS: Mapping[str, TaskExport] = {
    "glue_job": glue_job.TASK,
    "lambda": lambda_function.TASK,
    "state_machine": state_machine.TASK,
    "athena_sql": athena_sql.TASK,
    "crawler": crawler.TASK,
}
