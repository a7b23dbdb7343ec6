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
