"""objects: a chain of Glue jobs for every item of a list.

Exported by sfnorch: change the plan and export again, rather than this file. It runs on
Airflow 2.10 and 3, with the Amazon provider.

Airflow variables:
- objects_topic_arn: the ARN of the SNS topic to notify; default: none.
"""

import csv
import inspect
import io
import json
import time
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

try:  # Airflow 3
    from airflow.providers.standard.operators.python import PythonOperator
    from airflow.sdk import DAG, Param, task_group
except ImportError:  # Airflow 2
    from airflow import DAG
    from airflow.decorators import task_group
    from airflow.models.param import Param
    from airflow.operators.python import PythonOperator
try:  # Airflow 3.2 and later
    from airflow.sdk.exceptions import (
        AirflowException,
        AirflowFailException,
        AirflowSkipException,
    )
except ImportError:
    from airflow.exceptions import (
        AirflowException,
        AirflowFailException,
        AirflowSkipException,
    )
from airflow.configuration import conf
from airflow.providers.amazon.aws.hooks.glue import GlueJobHook
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.providers.amazon.aws.operators.glue import GlueJobOperator
from botocore.exceptions import ClientError
from airflow.providers.amazon.aws.operators.sns import SnsPublishOperator
from jinja2 import ChainableUndefined

NAMES_DIFFER = False
CODE = {
    "item_name": '((task.item["schema"] | default("")) | text ~ "." ~ (task.item["table"] | default("")) | text)',
    "select": '((task.item["schema"] is defined and task.item["schema"] == "sales") or (task.item["rows"] | truth))',
}
JOBS = {"item.load-table": "load-table"}
MOST_REPORTED = 20
TIME_ZONE = "UTC"
PARAMETERS = {"day": "date"}
START_PARAMS = {}
NAME = "objects"
WHAT = "items"
ATTRIBUTE = None
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
ALWAYS = True
TOPIC = "objects_topic_arn"

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


class ItemJob(GlueJob):
    """A run of a Glue job for an item, which its templates read as task.item."""

    template_fields = ("item", "item_name", *GlueJob.template_fields)

    def __init__(self, *, item, item_name, **settings):
        super().__init__(**settings)
        self.item = item
        self.item_name = item_name


# A job waits in a worker, because the limit of active tasks does not count deferred tasks.
# The name of a pool that includes deferred tasks lets jobs wait without a worker: the slots
# of the pool limit them.
POOL = None


def item_job(task_id, job_name, item, item_name, **settings):
    """Return the task that runs the Glue job for an item. Items that have begun go first."""
    if POOL:
        settings["pool"] = POOL
    return ItemJob(
        task_id=task_id,
        job_name=job_name,
        item=item,
        item_name=item_name,
        deferrable=POOL is not None,
        verbose=False,
        stop_job_run_on_kill=True,
        job_poll_interval=30,
        weight_rule="upstream",
        map_index_template="{{ task.item_name[:250] }}",
        **(YEAR_OF_LOOKS if "waiter_delay" in KNOWN else {}),
        **{"retry_delay": timedelta(seconds=30), **settings},
    )


def parse_items(text):
    """Return the rows of CSV with a header, each with a text for each column."""
    rows = csv.reader(io.StringIO(text, newline=""), escapechar="\\")
    header, *rows = [row for row in rows if row] or [[]]
    if len(set(header)) < len(header):
        raise AirflowFailException("two columns of the CSV have the same name")
    empty = [""] * len(header)
    return [dict(zip(header, [*row, *empty[len(row) :]])) for row in rows]


def read_items(context):
    """Return the items in the object in S3."""
    bucket, key = context["bucket"], context["key"]
    print(f"reads s3://{bucket}/{key}")
    body = S3Hook().conn.get_object(Bucket=bucket, Key=key)["Body"]
    return parse_items(body.read().decode("utf-8-sig"))


def is_true(value):
    """Return whether the value is true in a condition of the plan."""
    if isinstance(value, list):
        return any(map(is_true, value))
    return bool(value)


def compile_code(context, code):
    """Return a function that evaluates an expression of the plan for an item."""
    env = context["ti"].task.get_template_env().overlay(undefined=ChainableUndefined)
    env.filters = {**env.filters, "truth": is_true}
    evaluate = env.compile_expression(code)
    names = {name: context[name] for name in ("dag_run", "params", "run_id")}
    return lambda item: evaluate(task={"item": item}, **names)


def name_of(value):
    """Return the value as the name of an item."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def list_items(**context):
    """Return the items whose jobs run, each with its name."""
    found = read_items(context)
    if not isinstance(found, list):
        raise AirflowFailException("the items are not a list")
    find_name = compile_code(context, CODE["item_name"])
    is_selected = compile_code(context, CODE["select"])
    items = []
    for item in found:
        if is_true(is_selected(item)):
            name = find_name(item)
            name = name_of(item if name is None else name)
            items.append({"item": item, "item_name": name})
    if NAMES_DIFFER and len({each["item_name"] for each in items}) < len(items):
        raise AirflowFailException("the items must have different names")
    most = conf.getint("core", "max_map_length", fallback=1024)
    if len(items) > most:
        raise AirflowFailException(
            f"{len(items)} items, but Airflow maps a task to {most} at most:"
            " increase core.max_map_length"
        )
    print(f"{len(items)} of {len(found)} items are selected")
    return items


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


def states_of_items(context, count):
    """Return the states of each item: those of its jobs, in order."""
    ti = context["ti"]
    if hasattr(ti, "get_task_states"):  # Airflow 3
        found = ti.get_task_states(dag_id=ti.dag_id, run_ids=[ti.run_id])
        states = found.get(ti.run_id, {})
    else:
        found = context["dag_run"].get_task_instances()
        states = {f"{each.task_id}_{each.map_index}": each.state for each in found}
    states = {task: getattr(state, "value", state) for task, state in states.items()}
    return [
        {task: states.get(f"{task}_{index}") for task in JOBS} for index in range(count)
    ]


def what_failed(**context):
    """Return the report: how many items failed, and the first failures."""
    ti, environment = context["ti"], context["params"]["environment"]
    items = ti.xcom_pull(task_ids="items")
    states = states_of_items(context, len(items or []))
    failed = [
        (index, task)
        for index, tasks in enumerate(states)
        for task, state in tasks.items()
        if state == "failed"
    ]
    succeeded = [tasks for tasks in states if {*tasks.values()} == {"success"}]
    count = f"{len(failed)} of {len(states)} items failed"
    if items is None:
        count = "the items are unknown"
    lines = [f"{count} in {NAME} ({environment})."]
    if items is None:
        lines.append("\nThe task items failed: see its log.")
    failures = []
    for index, task in failed[:MOST_REPORTED]:
        run = run_of(context, task, map_indexes=index)
        each = {"item": items[index]["item_name"], "job": JOBS[task], **run}
        failures.append(each)
        lines.append(f"\n{each['item']}: {each['job']} failed")
        lines += [f"  {each['message']}"] if "message" in each else []
        lines += [f"  Job run: {each['run_id']}"] if "run_id" in each else []
        lines += [f"  Logs: {each['logs']}"] if "logs" in each else []
    if len(failed) > len(failures):
        lines.append(f"\nand {len(failed) - len(failures)} more.")
    is_failed = bool(failed) or items is None
    if is_failed:
        lines.append(
            f"\nResume: in Airflow, clear the failed tasks of the run {ti.run_id} of the"
            f" DAG {ti.dag_id}, with the tasks that follow them (Downstream)."
        )
    return {
        "failed": is_failed,
        "failures": failures,
        "counts": {
            "total": len(states),
            "succeeded": len(succeeded),
            "failed": len(failed),
        },
        "attributes": {"status": "FAILED" if is_failed else "SUCCEEDED"},
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
    dag_id="objects",
    schedule=None,
    start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_tasks=40,
    default_args={"retries": 0},
    doc_md=__doc__,
    params={
        "environment": Param(
            "dev",
            type="string",
            pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$",
            description="The prefix of messages.",
        ),
        "day": Param(
            "yesterday",
            type="string",
            anyOf=[
                {"enum": ["today", "yesterday", "month_start"]},
                {"pattern": "^\\d{4}-\\d{2}-\\d{2}$", "format": "date"},
            ],
        ),
    },
    user_defined_macros={"plan_run": plan_run, "plan_params": plan_params},
    user_defined_filters={"text": text_of},
) as dag:
    items = PythonOperator(
        task_id="items",
        python_callable=list_items,
        op_kwargs={
            "bucket": "our-landing-zone",
            "key": '{{ ("tables/" ~ plan_params(dag_run, params)["day"] | text ~ ".csv") | text }}',
        },
        retries=3,
        retry_delay=timedelta(seconds=30),
    )

    @task_group(group_id="item")
    def chain(item, item_name):
        load_table = item_job(
            "load-table",
            "load-table",
            item,
            item_name,
            script_args={"--table": '{{ task.item["table"] | text }}'},
        )

    chains = chain.expand_kwargs(items.output)
    outcomes = PythonOperator(
        task_id="outcomes",
        python_callable=what_failed,
        trigger_rule="all_done",
        retries=3,
        retry_delay=timedelta(seconds=30),
    )
    notify = SnsPublishOperator(
        task_id="notify",
        target_arn="{{ var.value.get('objects_topic_arn', '') }}",
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
    chains >> outcomes >> notify >> done
