def child_job(child, task_id, job_name, named=None, **settings):
    """A run of the Glue job, unless the run's params name other jobs of the child."""

    def skip(context):
        wanted = context["params"].get(f"{child}_jobs")
        if wanted is not None and (named or job_name) not in wanted:
            raise AirflowSkipException(f"{child}_jobs doesn't name {job_name}")

    settings = {"trigger_rule": "none_failed", "pre_execute": skip, **settings}
    return glue_job(task_id, job_name, **settings)
