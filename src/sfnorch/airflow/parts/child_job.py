def child_job(child, task_id, job_name, named=None, **settings):
    """Return the task of a Glue job, which is skipped if the run's params select other jobs of the child."""

    def skip(context):
        wanted = context["params"].get(f"{child}_jobs")
        if wanted is not None and (named or job_name) not in wanted:
            raise AirflowSkipException(f"{child}_jobs does not contain {job_name}")

    settings = {"trigger_rule": "none_failed", "pre_execute": skip, **settings}
    return glue_job(task_id, job_name, **settings)
