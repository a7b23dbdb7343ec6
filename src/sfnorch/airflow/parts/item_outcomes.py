def states_of_items(context, count):
    """Return the states of each item: those of its jobs, in order."""
    ti = context["ti"]
    if hasattr(ti, "get_task_states"):  # Airflow 3
        found = ti.get_task_states(dag_id=ti.dag_id, run_ids=[ti.run_id])
        states = found.get(ti.run_id, {})
    else:
        found = context["dag_run"].get_task_instances()
        states = {f"{each.task_id}_{each.map_index}": each.state for each in found}
    states = {task: getattr(state, "value", state) for task, state in states.items()}
    return [
        {task: states.get(f"{task}_{index}") for task in JOBS} for index in range(count)
    ]


def what_failed(**context):
    """Return the report: how many items failed, and the first failures."""
    ti, environment = context["ti"], context["params"]["environment"]
    items = ti.xcom_pull(task_ids="items")
    states = states_of_items(context, len(items or []))
    failed = [
        (index, task)
        for index, tasks in enumerate(states)
        for task, state in tasks.items()
        if state == "failed"
    ]
    succeeded = [tasks for tasks in states if {*tasks.values()} == {"success"}]
    count = f"{len(failed)} of {len(states)} items failed"
    if items is None:
        count = "the items are unknown"
    lines = [f"{count} in {NAME} ({environment})."]
    if items is None:
        lines.append("\nThe task items failed: see its log.")
    failures = []
    for index, task in failed[:MOST_REPORTED]:
        run = run_of(context, task, map_indexes=index)
        each = {"item": items[index]["item_name"], "job": JOBS[task], **run}
        failures.append(each)
        lines.append(f"\n{each['item']}: {each['job']} failed")
        lines += [f"  {each['message']}"] if "message" in each else []
        lines += [f"  Job run: {each['run_id']}"] if "run_id" in each else []
        lines += [f"  Logs: {each['logs']}"] if "logs" in each else []
    if len(failed) > len(failures):
        lines.append(f"\nand {len(failed) - len(failures)} more.")
    is_failed = bool(failed) or items is None
    if is_failed:
        lines.append(
            f"\nResume: in Airflow, clear the failed tasks of the run {ti.run_id} of the"
            f" DAG {ti.dag_id}, with the tasks that follow them (Downstream)."
        )
    return {
        "failed": is_failed,
        "failures": failures,
        "counts": {
            "total": len(states),
            "succeeded": len(succeeded),
            "failed": len(failed),
        },
        "attributes": {"status": "FAILED" if is_failed else "SUCCEEDED"},
        "subject": f"[{environment}] {NAME}: {count}"[:99],
        "message": "\n".join(lines),
    }
