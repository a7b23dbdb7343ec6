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
