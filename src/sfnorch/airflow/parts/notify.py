def has_something_to_report(context):
    """Skip the message if there is nothing to report, or no topic."""
    ti = context["ti"]
    report = ti.xcom_pull(task_ids="outcomes")
    if not report or not (report["failed"] or ALWAYS):
        raise AirflowSkipException("nothing failed")
    if not ti.task.target_arn:
        raise AirflowSkipException(f"the variable {TOPIC} has no topic")
    ti.task.message_attributes = report["attributes"]  # templates convert it to a text
