def end_run(**context):
    """Return the results of the run; fail if failures are to fail the run."""
    told = context["ti"].xcom_pull(task_ids="outcomes")
    if told is None:
        raise AirflowException("the results of the run are unknown: see the task outcomes")
    print(told["message"])
    if told["failed"] and FAILURE_FAILS:
        raise AirflowException(told["message"])
    return told
