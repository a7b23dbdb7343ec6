def parts_of(params):
    """What is told of apart: the tasks of the jobs that the run names, each with its job."""
    return {f"job_{n}": job for n, job in enumerate(params["glue_jobs"], 1)}
