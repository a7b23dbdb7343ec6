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
