"""The parts of all kinds, by the key in the plan. The order is that of permissions in a role."""

from __future__ import annotations

from collections.abc import Mapping

from sfnorch.patterns.kinds import (
    athena_sql,
    crawler,
    glue_job,
    lambda_function,
    notify,
    redshift_sql,
    s3_object,
    state_machine,
)
from sfnorch.patterns.kinds.part import StepPart, TaskPart

STEP_PARTS: Mapping[str, StepPart] = {
    "glue_job": glue_job.STEP,
    "lambda": lambda_function.STEP,
    "state_machine": state_machine.STEP,
    "redshift_sql": redshift_sql.STEP,
    "athena_sql": athena_sql.STEP,
    "crawler": crawler.STEP,
    "s3_object": s3_object.STEP,
    "notify": notify.STEP,
}
TASK_PARTS: Mapping[str, TaskPart] = {
    "glue_job": glue_job.TASK,
    "lambda": lambda_function.TASK,
    "state_machine": state_machine.TASK,
    "athena_sql": athena_sql.TASK,
    "crawler": crawler.TASK,
}
