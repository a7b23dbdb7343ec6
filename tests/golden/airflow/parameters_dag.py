"""dated etl: chains of Glue jobs in parallel.

Exported by sfnorch: change the plan and export again, rather than this file. It runs on
Airflow 2.10 and 3, with the Amazon provider.

Airflow variables:
- dated_etl_topic_arn: the ARN of the SNS topic to notify; default: none.
"""

import inspect
import json
import time
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

try:  # Airflow 3
    from airflow.providers.standard.operators.python import PythonOperator
    from airflow.sdk import DAG, Param, TaskGroup
except ImportError:  # Airflow 2
    from airflow import DAG
    from airflow.models.param import Param
    from airflow.operators.python import PythonOperator
    from airflow.utils.task_group import TaskGroup
try:  # Airflow 3.2 and later
    from airflow.sdk.exceptions import AirflowException, AirflowSkipException
except ImportError:
    from airflow.exceptions import AirflowException, AirflowSkipException
from airflow.providers.amazon.aws.hooks.glue import GlueJobHook
from airflow.providers.amazon.aws.operators.glue import GlueJobOperator
from botocore.exceptions import ClientError
from airflow.providers.amazon.aws.operators.sns import SnsPublishOperator
from airflow.timetables.trigger import CronTriggerTimetable

CATCH_UP_FROM = None
TIME_ZONE = "Europe/Berlin"
PARAMETERS = {
    "run_date": "date",
    "first_day": "date",
    "mode": "enum",
    "rows": "integer",
    "dry": "boolean",
    "table": "string",
    "since": "timestamp",
    "note": "string",
    "extra": "string",
}
START_PARAMS = {}
NAME = "dated etl"
WHAT = "child workflows"
ATTRIBUTE = "failedChildren"
FAILURE_FAILS = False
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
PARTS = ["orders", "months"]
ALWAYS = False
TOPIC = "dated_etl_topic_arn"

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


def child_job(child, task_id, job_name, named=None, **settings):
    """Return the task of a Glue job, which is skipped if the run's params select other jobs of the child."""

    def skip(context):
        wanted = context["params"].get(f"{child}_jobs")
        if wanted is not None and (named or job_name) not in wanted:
            raise AirflowSkipException(f"{child}_jobs does not contain {job_name}")

    settings = {"trigger_rule": "none_failed", "pre_execute": skip, **settings}
    return glue_job(task_id, job_name, **settings)


def text_of(value):
    """Return the value as a text: JSON, unless it is a text."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def due_time(dag_run):
    """Return when the run was due: the end of its data interval, or else its start."""
    later = getattr(dag_run, "run_after", None) or dag_run.start_date  # Airflow 2
    return dag_run.data_interval_end or later


def utc_text(moment):
    """Return the time in UTC as text."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def plan_run(dag_run):
    """Return the ID, the date and the times of the run; the date is in the time zone."""
    due = due_time(dag_run)
    day = due.astimezone(ZoneInfo(TIME_ZONE)).date().isoformat()
    mark = sha256(f"{dag_run.dag_id} {dag_run.run_id}".encode()).hexdigest()
    return {
        "id": f"{day}-{mark[:8]}",
        "name": dag_run.run_id,
        "startedAt": utc_text(dag_run.start_date),
        "scheduledAt": utc_text(due),
        "date": day,
    }


def plan_params(dag_run, params):
    """Return the parameters of the plan, with dates and times instead of words."""
    run = plan_run(dag_run)
    today = datetime.fromisoformat(run["date"])
    yesterday, first = today - timedelta(days=1), today.replace(day=1)
    days = {"today": today, "yesterday": yesterday, "month_start": first}
    words = {
        "date": {word: str(day.date()) for word, day in days.items()},
        "timestamp": {"scheduled_time": run["scheduledAt"]},
    }
    own = START_PARAMS if dag_run.run_type == "scheduled" else {}
    given = {**params, **own, **(dag_run.conf or {})}
    return {
        name: words.get(kind, {}).get(given[name], given[name])
        for name, kind in PARAMETERS.items()
    }


def plan_input(dag_run):
    """Return the run's input without the parameters of the plan."""
    conf = dag_run.conf or {}
    return {name: conf[name] for name in conf if name not in PARAMETERS}


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
    dag_id="dated_etl",
    schedule=CronTriggerTimetable("30 0 * * *", timezone="Europe/Berlin"),
    start_date=CATCH_UP_FROM or datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=CATCH_UP_FROM is not None,
    max_active_runs=1,
    default_args={"retries": 0},
    doc_md=__doc__,
    params={
        "environment": Param(
            "dev",
            type="string",
            pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$",
            description="The prefix of messages.",
        ),
        "orders_jobs": Param(
            None,
            type=["null", "array"],
            items={"enum": ["extract-orders", "clean-orders"]},
            description="The jobs of orders that run; default: all.",
        ),
        "months_jobs": Param(
            None,
            type=["null", "array"],
            items={"enum": ["sum-month"]},
            description="The jobs of months that run; default: all.",
        ),
        "run_date": Param(
            "yesterday",
            type="string",
            anyOf=[
                {"enum": ["today", "yesterday", "month_start"]},
                {"pattern": "^\\d{4}-\\d{2}-\\d{2}$", "format": "date"},
            ],
            description="Day to load",
        ),
        "first_day": Param(
            "month_start",
            type="string",
            anyOf=[
                {"enum": ["today", "yesterday", "month_start"]},
                {"pattern": "^\\d{4}-\\d{2}-\\d{2}$", "format": "date"},
            ],
        ),
        "mode": Param(3, enum=["full", "delta", 3]),
        "rows": Param(12, type="integer"),
        "dry": Param(False, type="boolean"),
        "table": Param("orders", type="string", pattern="^(?:[a-z_]+)$(?!\\n)"),
        "since": Param(
            "scheduled_time",
            type="string",
            anyOf=[
                {"enum": ["scheduled_time"]},
                {
                    "pattern": "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?(Z|[-+]\\d{2}:\\d{2})$",
                    "format": "date-time",
                },
            ],
        ),
        "note": Param("{{ x }} '\" $", type="string"),
        "extra": Param(None, type=["null", "string"]),
    },
    user_defined_macros={"plan_run": plan_run, "plan_params": plan_params},
    user_defined_filters={"text": text_of},
) as dag:
    with TaskGroup("orders") as orders:
        extract_orders = child_job(
            "orders",
            "extract-orders",
            "extract-orders",
            script_args={
                "--run_id": '{{ plan_run(dag_run)["id"] | text }}',
                "--date": '{{ plan_params(dag_run, params)["run_date"] | text }}',
                "--mode": '{{ plan_params(dag_run, params)["mode"] | text }}',
                "--rows": '{{ plan_params(dag_run, params)["rows"] | text }}',
                "--dry": '{{ plan_params(dag_run, params)["dry"] | text }}',
                "--path": '{{ ("s3://data/" ~ params["environment"] | text ~ "/" ~ "orders" | text ~ "/" ~ plan_params(dag_run, params)["run_date"] | text ~ "/{{ x }}") | text }}',
                "--note": '{{ plan_params(dag_run, params)["note"] | text }}',
                "--extra": '{{ plan_params(dag_run, params)["extra"] | text }}',
                "--text": '{{ "{{ not Jinja }}" }}',
            },
        )
        clean_orders = child_job(
            "orders",
            "clean-orders",
            "clean-orders",
            script_args={"--run_id": '{{ plan_run(dag_run)["id"] | text }}'},
        )
        extract_orders >> clean_orders
    with TaskGroup("months") as months:
        sum_month = child_job(
            "months",
            "sum-month",
            "sum-month",
            script_args={
                "--run_id": "own",
                "--from": '{{ plan_params(dag_run, params)["first_day"] | text }}',
                "--to": '{{ plan_run(dag_run)["date"] | text }}',
                "--at": '{{ plan_params(dag_run, params)["since"] | text }}',
            },
        )
    outcomes = PythonOperator(
        task_id="outcomes",
        python_callable=what_failed,
        trigger_rule="all_done",
        retries=3,
        retry_delay=timedelta(seconds=30),
    )
    notify = SnsPublishOperator(
        task_id="notify",
        target_arn="{{ var.value.get('dated_etl_topic_arn', '') }}",
        subject="{{ ti.xcom_pull(task_ids='outcomes')['subject'] }}",
        message="{{ ti.xcom_pull(task_ids='outcomes')['message'] }}\n\nRun: {{ plan_run(dag_run)[\"id\"] }}, date {{ plan_run(dag_run)[\"date\"] }}",
        pre_execute=has_something_to_report,
        retries=3,
        retry_delay=timedelta(seconds=30),
    )
    done = PythonOperator(
        task_id="done",
        python_callable=end_run,
        trigger_rule="all_done",
    )
    [orders, months] >> outcomes >> notify >> done
