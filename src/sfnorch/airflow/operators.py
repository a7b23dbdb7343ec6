"""Calls of the Amazon provider's operators, one for each kind of task.

https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/operators/index.html
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sfnorch.airflow.literals import Literal, SourceCall, SourceCode
from sfnorch.partitions import AREAS, AWS

if TYPE_CHECKING:
    from sfnorch.airflow.jinja import VariableLookup
    from sfnorch.airflow.run_context import ReadableRun
    from sfnorch.plan.kinds import AnyJob

GLUE = """\
from airflow.providers.amazon.aws.operators.glue import GlueJobOperator
from botocore.exceptions import ClientError"""
GLUE_PARTS = ("glue_operator", "glue_job")
"""The parts of code with the tasks of Glue jobs."""
GLUE_HOOK = "from airflow.providers.amazon.aws.hooks.glue import GlueJobHook"
SNS = "from airflow.providers.amazon.aws.operators.sns import SnsPublishOperator"
LAMBDA = """\
from airflow.providers.amazon.aws.operators.lambda_function import (
    LambdaInvokeFunctionOperator,
)"""
MACHINE = """\
from airflow.providers.amazon.aws.operators.step_function import (
    StepFunctionStartExecutionOperator,
)"""
REDSHIFT = "from airflow.providers.amazon.aws.operators.redshift_data import RedshiftDataOperator"
HINT_FOR_JOBS = "use texts, $params.NAME, $run.id, $run.date, $run.scheduledAt, $environment, and & between them"
_YEAR = 31_536_000
S3 = "from airflow.providers.amazon.aws.operators.s3 import S3CreateObjectOperator"


def run_settings(
    worker_type: str | None,
    number_of_workers: int | None,
    execution_class: str | None,
    security_configuration: str | None,
    timeout_minutes: int | None = None,
    job_run_queuing: bool | None = None,
) -> dict[str, Literal]:
    """Return the settings of a job run, as parameters of StartJobRun."""
    found: Mapping[str, Literal] = {
        "WorkerType": worker_type,
        "NumberOfWorkers": number_of_workers,
        "ExecutionClass": execution_class,
        "Timeout": timeout_minutes,
        "SecurityConfiguration": security_configuration,
        "JobRunQueuingEnabled": job_run_queuing,
    }
    return {key: value for key, value in found.items() if value is not None}


def build_job_settings(job: AnyJob, run: ReadableRun, source: VariableLookup | None = None) -> dict[str, Literal]:
    """Return a job's settings in the plan as arguments of the operator. Other settings remain those of the Glue job.

    `source` is what the arguments can read, if that is more than the run. Raises UnsupportedInAirflowError for
    expressions that Airflow's templates can't express.
    """
    found: dict[str, Literal] = {}
    if arguments := run.render_arguments(job.arguments, source):
        found["script_args"] = arguments
    settings = run_settings(
        job.worker_type,
        job.number_of_workers,
        job.execution_class,
        job.security_configuration,
        job.timeout_minutes,
        job.job_run_queuing,
    )
    if settings:
        found["run_job_kwargs"] = settings
    return found


def build_retry_argument(job: AnyJob) -> dict[str, Literal]:
    """Return the setting for retries of the job."""
    return {"retries": job.retries} if job.retries else {}


def invoke(task_id: str, function: str, payload: str, **more: Literal) -> SourceCall:
    """Return the call of a Lambda function, by name or ARN, with or without a version or an alias.

    The operator waits up to 15 minutes, the maximum duration of a function. By default, boto3 retries after a minute.
    """
    head, _, name = function.rpartition(":function:")
    name, _, qualifier = name.partition(":") if "{{" not in function else (function, "", "")
    named = f"{head}:function:{name}" if head else name
    keywords: dict[str, Literal] = {"task_id": task_id, "function_name": named, "payload": payload}
    if qualifier:
        keywords["qualifier"] = qualifier
    keywords["botocore_config"] = {"read_timeout": 910}
    return SourceCall(function="LambdaInvokeFunctionOperator", keywords={**keywords, **more})


_WHERE = "{{ var.value.aws_region }}:{{ var.value.aws_account_id }}"
_PARTITION = f'{{{{ {json.dumps(dict(AREAS))}.get(var.value.aws_region.rsplit("-", 2)[0], "{AWS}") }}}}'
"""The partition of a region, by the prefix of the region's name."""


def start_machine(
    task_id: str, machine: str, given: str, more: Mapping[str, Literal], timeout: int | None = None
) -> SourceCall:
    """Return the task that starts an execution; a trigger waits until it ends, at most a year or the timeout.

    In Airflow 3, a task's timeout has no effect while it is deferred.
    """
    delay = min(30, timeout or 30)
    if not machine.startswith("arn:"):
        machine = f"arn:{_PARTITION}:states:{_WHERE}:stateMachine:{machine}"
    keywords: dict[str, Literal] = {
        "task_id": task_id,
        "state_machine_arn": machine,
        "state_machine_input": given,
        "deferrable": True,
        "waiter_delay": delay,
        "waiter_max_attempts": math.ceil((timeout or _YEAR) / delay),
    }
    return SourceCall(function="StepFunctionStartExecutionOperator", keywords={**keywords, **more})


def list_machine_variables(machines: Iterable[str]) -> dict[str, str]:
    """Return the Airflow variables for state machines that the plan refers to by name."""
    if all(machine.startswith("arn:") for machine in machines):
        return {}
    return {"aws_region": "the region of the state machines", "aws_account_id": "the account of the state machines"}


def call_python(task_id: str, function: str, **more: Literal) -> SourceCall:
    """Return the task that calls a Python function of the file."""
    return SourceCall(
        function="PythonOperator", keywords={"task_id": task_id, "python_callable": SourceCode(function), **more}
    )


def publish(task_id: str, topic: str, subject: str, message: str, **more: Literal) -> SourceCall:
    """Return the task that publishes a message to a topic."""
    keywords: dict[str, Literal] = {
        "task_id": task_id,
        "target_arn": topic,
        "subject": subject,
        "message": message,
        **more,
    }
    return SourceCall(function="SnsPublishOperator", keywords=keywords)


def retry_settings(attempts: int, interval: int, rate: float) -> dict[str, Literal]:
    """Return the settings for the number of retries and the waits before them."""
    found: dict[str, Literal] = {"retries": attempts, "retry_delay": build_timedelta(interval)}
    return found | ({"retry_exponential_backoff": True} if not math.isclose(rate, 1) else {})


def build_timedelta(number: int) -> SourceCall:
    """Return a timedelta of this number of seconds."""
    return SourceCall(function="timedelta", keywords={"seconds": number})
