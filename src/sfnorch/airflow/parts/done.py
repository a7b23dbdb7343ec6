def end_run(**context):
    """Return the results of the run; fail if failures are to fail the run."""
    report = context["ti"].xcom_pull(task_ids="outcomes")
    if report is None:
        raise AirflowException("the results of the run are unknown: see outcomes")
    print(report["message"])
    if report["failed"] and FAILURE_FAILS:
        raise AirflowException(report["message"])
    return report
