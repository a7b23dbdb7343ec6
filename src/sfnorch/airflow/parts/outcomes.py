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


def logs_of(glue, run):
    """Return the link to the error log of the job run, in the run's log group."""
    group = (run.get("LogGroupName") or LOG_GROUP) + "/error"
    return LOGS.format(
        region=glue.meta.region_name,
        console=CONSOLES.get(glue.meta.partition, CONSOLES["aws"]),
        log_group=quote(group.replace("//", "/"), safe="").replace("%", "$25"),
        run_id=run["Id"],
    )


def run_of(context, task):
    """Return the job run of a failed task, with Glue's error message."""
    link = context["ti"].xcom_pull(task_ids=task, key="glue_job_run_details")
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


def what_failed(**context):
    """Return the report: what failed, and what did not run because it needs that."""
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
        lines.append("\nNot run, because a needed task failed: " + ", ".join(blocked))
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
