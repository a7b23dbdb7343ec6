def given_job(number):
    """The run's job of this number, as it is set above; skipped where there is none."""

    def fill_in(context):
        jobs = context["params"]["glue_jobs"]
        if number > len(jobs):
            raise AirflowSkipException(f"the run names {len(jobs)} jobs")
        task = context["ti"].task
        task.job_name = jobs[number - 1]
        settings = SETTINGS.get(task.job_name, {})
        if context["ti"].try_number > 1 + settings.get("retries", 0):
            raise AirflowFailException(f"{task.job_name} isn't to run again")
        task.script_args = settings.get("script_args", {})
        task.run_job_kwargs = settings.get("run_job_kwargs", {})

    return glue_job(
        f"job_{number}",
        "",
        MINUTES,
        pre_execute=fill_in,
        retries=max([each.get("retries", 0) for each in SETTINGS.values()], default=0),
        trigger_rule=TRIGGER_RULE,
    )
