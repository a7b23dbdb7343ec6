def due_time(dag_run):
    """Return when the run was due: the end of its data interval, or else its start."""
    later = getattr(dag_run, "run_after", None) or dag_run.start_date  # Airflow 2
    return dag_run.data_interval_end or later


def utc_text(moment):
    """Return the time in UTC as text."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def plan_run(dag_run):
    """Return the ID, the date and the times of the run; the date is in the time zone."""
    due = due_time(dag_run)
    day = due.astimezone(ZoneInfo(TIME_ZONE)).date().isoformat()
    mark = sha256(f"{dag_run.dag_id} {dag_run.run_id}".encode()).hexdigest()
    return {
        "id": f"{day}-{mark[:8]}",
        "name": dag_run.run_id,
        "startedAt": utc_text(dag_run.start_date),
        "scheduledAt": utc_text(due),
        "date": day,
    }


def plan_params(dag_run, params):
    """Return the parameters of the plan, with dates and times instead of words."""
    run = plan_run(dag_run)
    today = datetime.fromisoformat(run["date"])
    yesterday, first = today - timedelta(days=1), today.replace(day=1)
    days = {"today": today, "yesterday": yesterday, "month_start": first}
    words = {
        "date": {word: str(day.date()) for word, day in days.items()},
        "timestamp": {"scheduled_time": run["scheduledAt"]},
    }
    own = START_PARAMS if dag_run.run_type == "scheduled" else {}
    given = {**params, **own, **(dag_run.conf or {})}
    return {
        name: words.get(kind, {}).get(given[name], given[name])
        for name, kind in PARAMETERS.items()
    }


def plan_input(dag_run):
    """Return the run's input without the parameters of the plan."""
    conf = dag_run.conf or {}
    return {name: conf[name] for name in conf if name not in PARAMETERS}
