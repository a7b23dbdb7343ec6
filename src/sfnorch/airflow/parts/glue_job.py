# Newer Amazon providers wait for so many looks at a run, older ones to its end.
KNOWN = inspect.signature(GlueJobOperator.__init__).parameters


def glue_job(task_id, job_name, minutes=2880, **settings):
    """A run of the Glue job; a trigger waits for its end, and holds no worker."""
    waits = {"waiter_delay": 30, "waiter_max_attempts": 2 * minutes + 10}
    return GlueJobOperator(
        task_id=task_id,
        job_name=job_name,
        deferrable=True,
        verbose=False,
        stop_job_run_on_kill=True,
        **(waits if "waiter_max_attempts" in KNOWN else {"job_poll_interval": 30}),
        **{"retry_delay": timedelta(seconds=30), **settings},
    )
