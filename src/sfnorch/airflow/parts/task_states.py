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
