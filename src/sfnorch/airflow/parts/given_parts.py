def parts_of(params):
    """Return what is reported: the tasks of the jobs in the run's params, each with its job."""
    return {f"job_{n}": job for n, job in enumerate(params["glue_jobs"], 1)}
