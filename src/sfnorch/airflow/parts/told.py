def worth_telling(context):
    """Skip the message if there is nothing to report, or no topic."""
    ti = context["ti"]
    told = ti.xcom_pull(task_ids="outcomes")
    if not told or not (told["failed"] or ALWAYS):
        raise AirflowSkipException("nothing failed")
    if not ti.task.target_arn:
        raise AirflowSkipException(f"the variable {TOPIC} has no topic")
    ti.task.message_attributes = told["attributes"]  # templates convert it to a text
