def worth_telling(context):
    """Skips the message where nothing is to be told, or nobody."""
    ti = context["ti"]
    told = ti.xcom_pull(task_ids="outcomes")
    if not told or not (told["failed"] or ALWAYS):
        raise AirflowSkipException("nothing failed")
    if not ti.task.target_arn:
        raise AirflowSkipException(f"the variable {TOPIC} names no topic")
    ti.task.message_attributes = told["attributes"]  # which templates make texts of
