"""on demand: the Glue jobs that a run names.

Exported by sfnorch: change the plan and export again, rather than this file. It runs on
Airflow 2.10 and 3, with the Amazon provider.

Airflow variables:
- on_demand_topic_arn: the ARN of the SNS topic that is told; without it, nobody is.
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
from airflow.providers.amazon.aws.hooks.glue import GlueJobHook
from airflow.providers.amazon.aws.operators.glue import GlueJobOperator
from botocore.exceptions import ClientError
from airflow.providers.amazon.aws.operators.sns import SnsPublishOperator

LONGEST = 25
SETTINGS = {
    "clean-orders": {
        "script_args": {"--mode": "full"},
        "run_job_kwargs": {"Timeout": 5, "JobRunQueuingEnabled": True},
        "retries": 1,
    },
}
TRIGGER_RULE = "none_skipped"
NAME = "on demand"
WHAT = "jobs"
ATTRIBUTE = None
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
ALWAYS = False
TOPIC = "on_demand_topic_arn"

# Newer Amazon providers wait for so many looks at a run, older ones to its end.
KNOWN = inspect.signature(GlueJobOperator.__init__).parameters
YEAR_OF_LOOKS = {"waiter_delay": 30, "waiter_max_attempts": 1051200}
# Refusals that pass by themselves, and the seconds that are waited after each.
PASSING = [
    "ConcurrentRunsExceededException",
    "InternalServiceException",
    "OperationTimeoutException",
    "ResourceNumberLimitExceededException",
    "ThrottlingException",
]
WAITS = [10, 20, 40, 80, 160, 320, 640]


class GlueJob(GlueJobOperator):
    """A run of a Glue job, begun again where it was refused for what passes by itself."""

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
    """A run of the Glue job to its end, for which a trigger waits and no worker."""
    return GlueJob(
        task_id=task_id,
        job_name=job_name,
        deferrable=True,
        verbose=False,
        stop_job_run_on_kill=True,
        **(YEAR_OF_LOOKS if "waiter_delay" in KNOWN else {"job_poll_interval": 30}),
        **{"retry_delay": timedelta(seconds=30), **settings},
    )


def given_job(number):
    """The run's job of this number, as it is set above; skipped where there is none."""

    def fill_in(context):
        ti, jobs = context["ti"], context["params"]["glue_jobs"]
        if number > len(jobs):
            raise AirflowSkipException(f"the run names {len(jobs)} jobs")
        task = ti.task
        task.job_name = jobs[number - 1]
        settings = SETTINGS.get(task.job_name, {})
        tries = ti.try_number - (ti.max_tries - task.retries)  # since it was cleared
        if tries > 1 + settings.get("retries", 0):
            tell_of_the_last_run(ti)
            raise AirflowFailException(f"{task.job_name} isn't to run again")
        task.script_args = settings.get("script_args", {})
        task.run_job_kwargs = settings.get("run_job_kwargs", {})

    return glue_job(
        f"job_{number}",
        "",
        pre_execute=fill_in,
        retries=max([each.get("retries", 0) for each in SETTINGS.values()], default=0),
        trigger_rule=TRIGGER_RULE,
    )


def tell_of_the_last_run(ti):
    """Leaves the job's last run that failed to be told of: a new try forgets it."""
    glue = GlueJobHook().conn
    for run in glue.get_job_runs(JobName=ti.task.job_name, MaxResults=20)["JobRuns"]:
        if run["JobRunState"] in ("FAILED", "ERROR", "TIMEOUT", "STOPPED"):
            link = {"job_name": quote(ti.task.job_name), "job_run_id": run["Id"]}
            ti.xcom_push("glue_job_run_details", {**link, "region_name": None})
            return


def parts_of(params):
    """What is told of apart: the tasks of the jobs that the run names, each with its job."""
    return {f"job_{n}": job for n, job in enumerate(params["glue_jobs"], 1)}


def states_of(context):
    """The state of each task of the run, by its id."""
    ti = context["ti"]
    if hasattr(ti, "get_task_states"):  # Airflow 3
        found = ti.get_task_states(dag_id=ti.dag_id, run_ids=[ti.run_id])
        states = found.get(ti.run_id, {})
    else:
        found = context["dag_run"].get_task_instances()
        states = {each.task_id: each.state for each in found}
    return {task: getattr(state, "value", state) for task, state in states.items()}


def job_of(context, task):
    """The Glue job of a task that has one."""
    job = getattr(context["dag"].get_task(task), "job_name", None)
    return {"job": job} if job else {}


def logs_of(glue, run):
    """The console's page of what the job run has logged: in the log group that it names."""
    group = (run.get("LogGroupName") or LOG_GROUP) + "/error"
    return LOGS.format(
        region=glue.meta.region_name,
        console=CONSOLES.get(glue.meta.partition, CONSOLES["aws"]),
        log_group=quote(group.replace("//", "/"), safe="").replace("%", "$25"),
        run_id=run["Id"],
    )


def run_of(context, task):
    """The job run of a failed task, with Glue's own message; nothing for others."""
    link = context["ti"].xcom_pull(task_ids=task, key="glue_job_run_details")
    if not link:
        return {}
    told = {"job": unquote(link["job_name"]), "run_id": link["job_run_id"]}
    try:
        glue = GlueJobHook(region_name=link["region_name"]).conn
        run = glue.get_job_run(JobName=told["job"], RunId=told["run_id"])["JobRun"]
    except Exception as error:  # what failed is told all the same
        return {**told, "message": f"Glue can't be asked: {error}"}
    message = run.get("ErrorMessage") or run["JobRunState"]
    return {**told, "message": message, "logs": logs_of(glue, run)}


def what_failed(**context):
    """What failed, and what was not run since it needs that, in words."""
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
        lines.append("\nNot run, since what they need failed: " + ", ".join(blocked))
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


def worth_telling(context):
    """Skips the message where nothing is to be told, or nobody."""
    ti = context["ti"]
    told = ti.xcom_pull(task_ids="outcomes")
    if not told or not (told["failed"] or ALWAYS):
        raise AirflowSkipException("nothing failed")
    if not ti.task.target_arn:
        raise AirflowSkipException(f"the variable {TOPIC} names no topic")
    ti.task.message_attributes = told["attributes"]  # which templates make texts of


def end_run(**context):
    """What became of the run; it fails where a failure is to fail the run."""
    told = context["ti"].xcom_pull(task_ids="outcomes")
    if told is None:
        raise AirflowException("what became of the run is not known: see outcomes")
    print(told["message"])
    if told["failed"] and FAILURE_FAILS:
        raise AirflowException(told["message"])
    return told


with DAG(
    dag_id="on_demand",
    schedule=None,
    start_date=datetime(2024, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    default_args={"retries": 0},
    doc_md=__doc__,
    params={
        "environment": Param(
            "dev",
            type="string",
            pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$",
            description="What messages begin with.",
        ),
        "glue_jobs": Param(
            type="array",
            items={"type": "string"},
            minItems=1,
            maxItems=LONGEST,
            description="The Glue jobs that run, one after another.",
        ),
    },
    tags=["team:data"],
) as dag:
    jobs = [given_job(number) for number in range(1, LONGEST + 1)]
    for before, after in zip(jobs, jobs[1:]):
        before >> after
    outcomes = PythonOperator(
        task_id="outcomes",
        python_callable=what_failed,
        trigger_rule="all_done",
        retries=3,
        retry_delay=timedelta(seconds=30),
    )
    tell = SnsPublishOperator(
        task_id="tell",
        target_arn="{{ var.value.get('on_demand_topic_arn', '') }}",
        subject="{{ ti.xcom_pull(task_ids='outcomes')['subject'] }}",
        message="{{ ti.xcom_pull(task_ids='outcomes')['message'] }}",
        pre_execute=worth_telling,
        retries=3,
        retry_delay=timedelta(seconds=30),
    )
    done = PythonOperator(
        task_id="done",
        python_callable=end_run,
        trigger_rule="all_done",
    )
    jobs >> outcomes >> tell >> done
