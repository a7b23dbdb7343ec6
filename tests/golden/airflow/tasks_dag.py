"""nightly tasks: tasks that wait for the tasks that they need.

Exported by sfnorch: change the plan and export again, rather than this file. It runs on
Airflow 2.10 and 3, with the Amazon provider.

Airflow variables:
- aws_region: the region of the state machines.
- aws_account_id: the account of the state machines.
- nightly_tasks_topic_arn: the ARN of the SNS topic to notify; default: none.
"""

import inspect
import time
from datetime import datetime, timedelta, timezone
from urllib.parse import quote, unquote

try:  # Airflow 3
    from airflow.providers.standard.operators.python import PythonOperator
    from airflow.sdk import DAG, Param
except ImportError:  # Airflow 2
    from airflow import DAG
    from airflow.models.param import Param
    from airflow.operators.python import PythonOperator
try:  # Airflow 3.2 and later
    from airflow.sdk.exceptions import AirflowException, AirflowSkipException
except ImportError:
    from airflow.exceptions import AirflowException, AirflowSkipException
from airflow.providers.amazon.aws.hooks.glue import GlueJobHook
from airflow.providers.amazon.aws.operators.glue import GlueJobOperator
from botocore.exceptions import ClientError
from airflow.providers.amazon.aws.operators.lambda_function import (
    LambdaInvokeFunctionOperator,
)
from airflow.providers.amazon.aws.operators.sns import SnsPublishOperator
from airflow.providers.amazon.aws.operators.step_function import (
    StepFunctionStartExecutionOperator,
)

NAME = "nightly tasks"
WHAT = "tasks"
ATTRIBUTE = "failedTasks"
FAILURE_FAILS = True
CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
    "aws-eusc": "console.amazonaws-eusc.eu",
    "aws-iso": "console.c2shome.ic.gov",
    "aws-iso-b": "console.sc2shome.sgov.gov",
    "aws-iso-e": "console.csphome.adc-e.uk",
    "aws-iso-f": "console.csphome.hci.ic.gov",
}
LOGS = "https://{region}.{console}/cloudwatch/home?region={region}#logsV2:log-groups/log-group/{log_group}$3FlogStreamNameFilter$3D{run_id}"
LOG_GROUP = "/aws-glue/jobs"
PARTS = ["publish", "facts", "orders", "prices", "check", "elsewhere_1", "2"]
ALWAYS = True
TOPIC = "nightly_tasks_topic_arn"

# Newer Amazon providers wait for this number of polls of a run, older ones until it ends.
KNOWN = inspect.signature(GlueJobOperator.__init__).parameters
YEAR_OF_LOOKS = {"waiter_delay": 30, "waiter_max_attempts": 1051200}
# Transient errors, and the seconds to wait after each.
PASSING = [
    "ConcurrentRunsExceededException",
    "InternalServiceException",
    "OperationTimeoutException",
    "ResourceNumberLimitExceededException",
    "ThrottlingException",
]
WAITS = [10, 20, 40, 80, 160, 320, 640]


class GlueJob(GlueJobOperator):
    """A run of a Glue job whose start is retried after transient errors."""

    def execute(self, context):
        for wait in WAITS:
            try:
                return super().execute(context)
            except ClientError as error:
                if error.response["Error"]["Code"] not in PASSING:
                    raise
            time.sleep(wait)
        return super().execute(context)


def glue_job(task_id, job_name, **settings):
    """Return the task that runs the Glue job. A trigger waits for it, without a worker."""
    return GlueJob(
        task_id=task_id,
        job_name=job_name,
        deferrable=True,
        verbose=False,
        stop_job_run_on_kill=True,
        **(YEAR_OF_LOOKS if "waiter_delay" in KNOWN else {"job_poll_interval": 30}),
        **{"retry_delay": timedelta(seconds=30), **settings},
    )


def parts_of(params):
    """Return what is reported."""
    return dict.fromkeys(PARTS)


def states_of(context):
    """Return the state of each task of the run, by its id."""
    ti = context["ti"]
    if hasattr(ti, "get_task_states"):  # Airflow 3
        found = ti.get_task_states(dag_id=ti.dag_id, run_ids=[ti.run_id])
        states = found.get(ti.run_id, {})
    else:
        found = context["dag_run"].get_task_instances()
        states = {each.task_id: each.state for each in found}
    return {task: getattr(state, "value", state) for task, state in states.items()}


def job_of(context, task):
    """Return the Glue job of a task, if it has one."""
    job = getattr(context["dag"].get_task(task), "job_name", None)
    return {"job": job} if job else {}


def logs_of(glue, run):
    """Return the link to the error log of the job run, in the run's log group."""
    group = (run.get("LogGroupName") or LOG_GROUP) + "/error"
    return LOGS.format(
        region=glue.meta.region_name,
        console=CONSOLES.get(glue.meta.partition, CONSOLES["aws"]),
        log_group=quote(group.replace("//", "/"), safe="").replace("%", "$25"),
        run_id=run["Id"],
    )


def run_of(context, task, **item):
    """Return the job run of a failed task, with Glue's error message."""
    ti = context["ti"]
    link = ti.xcom_pull(task_ids=task, key="glue_job_run_details", **item)
    if not link:
        return {}
    told = {"job": unquote(link["job_name"]), "run_id": link["job_run_id"]}
    try:
        glue = GlueJobHook(region_name=link["region_name"]).conn
        run = glue.get_job_run(JobName=told["job"], RunId=told["run_id"])["JobRun"]
    except Exception as error:  # the failure is reported without it
        return {**told, "message": f"the job run could not be read from Glue: {error}"}
    message = run.get("ErrorMessage") or run["JobRunState"]
    return {**told, "message": message, "logs": logs_of(glue, run)}


def what_failed(**context):
    """Return the report: what failed, and what did not run because it needs that."""
    states = states_of(context)
    jobs = parts_of(context["params"])
    within = {part: [] for part in jobs}
    for task in states:
        for part, tasks in within.items():
            if task == part or task.startswith(f"{part}."):
                tasks.append(task)
    failed = [
        {"part": part, "task": task, **job_of(context, task), **run_of(context, task)}
        for part, tasks in within.items()
        for task in tasks
        if states[task] == "failed"
    ]
    names = list(dict.fromkeys(each["part"] for each in failed))
    blocked = [
        jobs[part] or part
        for part, tasks in within.items()
        if part not in names
        and any(states[task] == "upstream_failed" for task in tasks)
    ]
    environment = context["params"]["environment"]
    count = f"{len(names)} of {len(within)} {WHAT} failed"
    lines = [f"{count} in {NAME} ({environment})."]
    for each in failed:
        job = each.get("job") or jobs[each["part"]] or each["task"]
        lines.append(f"\n{each['part']}: {job} failed")
        lines += [f"  {each['message']}"] if "message" in each else []
        lines += [f"  Job run: {each['run_id']}"] if "run_id" in each else []
        lines += [f"  Logs: {each['logs']}"] if "logs" in each else []
    if blocked:
        lines.append("\nNot run, because a needed task failed: " + ", ".join(blocked))
    if failed:
        ti = context["ti"]
        lines.append(
            f"\nResume: in Airflow, clear the failed tasks of the run {ti.run_id} of the"
            f" DAG {ti.dag_id}, with the tasks that follow them (Downstream)."
        )
    attributes = {"status": "FAILED" if failed else "SUCCEEDED"}
    if failed and ATTRIBUTE:
        attributes[ATTRIBUTE] = names
    return {
        "failed": failed,
        "attributes": attributes,
        "subject": f"[{environment}] {NAME}: {count}"[:99],
        "message": "\n".join(lines),
    }


def has_something_to_report(context):
    """Skip the message if there is nothing to report, or no topic."""
    ti = context["ti"]
    report = ti.xcom_pull(task_ids="outcomes")
    if not report or not (report["failed"] or ALWAYS):
        raise AirflowSkipException("nothing failed")
    if not ti.task.target_arn:
        raise AirflowSkipException(f"the variable {TOPIC} has no topic")
    ti.task.message_attributes = report["attributes"]  # templates convert it to a text


def end_run(**context):
    """Return the results of the run; fail if failures are to fail the run."""
    report = context["ti"].xcom_pull(task_ids="outcomes")
    if report is None:
        raise AirflowException("the results of the run are unknown: see outcomes")
    print(report["message"])
    if report["failed"] and FAILURE_FAILS:
        raise AirflowException(report["message"])
    return report


with DAG(
    dag_id="nightly_tasks",
    schedule=timedelta(days=1),
    start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    default_args={"retries": 0},
    doc_md=__doc__,
    params={
        "environment": Param(
            "prod",
            type="string",
            pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$",
            description="The prefix of messages.",
        ),
    },
    tags=["team:data"],
) as dag:
    publish = StepFunctionStartExecutionOperator(
        task_id="publish",
        state_machine_arn='arn:{{ {"cn": "aws-cn", "us-gov": "aws-us-gov", "eusc-de": "aws-eusc", "us-iso": "aws-iso", "us-isob": "aws-iso-b", "eu-isoe": "aws-iso-e", "us-isof": "aws-iso-f"}.get(var.value.aws_region.rsplit("-", 2)[0], "aws") }}:states:{{ var.value.aws_region }}:{{ var.value.aws_account_id }}:stateMachine:publish',
        state_machine_input='{"mode": "full", "parts": [1, 0.25, "0.5", {"deep": "it\'s: \\"data\\" # no"}], "on": true}',
        deferrable=True,
        waiter_delay=30,
        waiter_max_attempts=1051200,
        retries=1,
        retry_delay=timedelta(seconds=30),
    )
    facts = glue_job(
        "facts",
        "load: facts",
        retries=2,
        script_args={"--mode": "full"},
        run_job_kwargs={
            "WorkerType": "G.1X",
            "NumberOfWorkers": 10,
            "ExecutionClass": "FLEX",
            "Timeout": 60,
            "SecurityConfiguration": "encrypted",
        },
    )
    orders = glue_job("orders", "extract-orders")
    prices = glue_job(
        "prices",
        "extract-prices",
        retries=2,
        run_job_kwargs={"JobRunQueuingEnabled": True},
    )
    check = LambdaInvokeFunctionOperator(
        task_id="check",
        function_name="check-prices",
        payload='{"level": 3}',
        qualifier="live",
        botocore_config={"read_timeout": 910},
    )
    elsewhere_1 = LambdaInvokeFunctionOperator(
        task_id="elsewhere_1",
        function_name="arn:aws:lambda:eu-central-1:123456789012:function:told",
        payload="{}",
        botocore_config={"read_timeout": 910},
    )
    task_2 = StepFunctionStartExecutionOperator(
        task_id="2",
        state_machine_arn="arn:aws:states:eu-central-1:123456789012:stateMachine:archive",
        state_machine_input="{}",
        deferrable=True,
        waiter_delay=30,
        waiter_max_attempts=1051200,
    )
    [facts, check] >> publish
    [orders, prices] >> facts
    prices >> check
    check >> elsewhere_1
    outcomes = PythonOperator(
        task_id="outcomes",
        python_callable=what_failed,
        trigger_rule="all_done",
        retries=3,
        retry_delay=timedelta(seconds=30),
    )
    notify = SnsPublishOperator(
        task_id="notify",
        target_arn="{{ var.value.get('nightly_tasks_topic_arn', '') }}",
        subject="{{ ti.xcom_pull(task_ids='outcomes')['subject'] }}",
        message="{{ ti.xcom_pull(task_ids='outcomes')['message'] }}",
        pre_execute=has_something_to_report,
        retries=3,
        retry_delay=timedelta(seconds=30),
    )
    done = PythonOperator(
        task_id="done",
        python_callable=end_run,
        trigger_rule="all_done",
    )
    outcomes.set_upstream([publish, facts, orders, prices, check, elsewhere_1, task_2])
    outcomes >> notify >> done
