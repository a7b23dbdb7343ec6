def end_run(**context):
    """What became of the run; it fails where a failure is to fail the run."""
    told = context["ti"].xcom_pull(task_ids="outcomes")
    if told is None:
        raise AirflowException("what became of the run is not known: see outcomes")
    print(told["message"])
    if told["failed"] and FAILURE_FAILS:
        raise AirflowException(told["message"])
    return told
