def given_job(number):
    """Return the task of the run's job with this number, with its settings above; skipped if the run has fewer jobs."""

    def fill_in(context):
        ti, jobs = context["ti"], context["params"]["glue_jobs"]
        if number > len(jobs):
            raise AirflowSkipException(f"the run names {len(jobs)} jobs")
        task = ti.task
        task.job_name = jobs[number - 1]
        settings = SETTINGS.get(task.job_name, OTHER_SETTINGS)
        tries = ti.try_number - (ti.max_tries - task.retries)  # the task was cleared
        if tries > 1 + settings.get("retries", 0):
            keep_last_run(ti)
            raise AirflowFailException(f"{task.job_name} must not be rerun")
        arguments = settings.get("script_args", {})
        task.script_args = task.render_template(arguments, context)
        task.run_job_kwargs = settings.get("run_job_kwargs", {})

    return glue_job(
        f"job_{number}",
        "",
        pre_execute=fill_in,
        retries=max([each.get("retries", 0) for each in SETTINGS.values()], default=0),
        trigger_rule=TRIGGER_RULE,
    )


def keep_last_run(ti):
    """Keep the last failed run of the job for the report: a new attempt would lose it."""
    glue = GlueJobHook().conn
    for run in glue.get_job_runs(JobName=ti.task.job_name, MaxResults=20)["JobRuns"]:
        if run["JobRunState"] in ("FAILED", "ERROR", "TIMEOUT", "STOPPED"):
            link = {"job_name": quote(ti.task.job_name), "job_run_id": run["Id"]}
            ti.xcom_push("glue_job_run_details", {**link, "region_name": None})
            return
