class ItemJob(GlueJob):
    """A run of a Glue job for an item, which its templates read as task.item."""

    template_fields = ("item", "item_name", *GlueJob.template_fields)

    def __init__(self, *, item, item_name, **settings):
        super().__init__(**settings)
        self.item = item
        self.item_name = item_name


# A job waits in a worker, because the limit of active tasks does not count deferred tasks.
# The name of a pool that includes deferred tasks lets jobs wait without a worker: the slots
# of the pool limit them.
POOL = None


def item_job(task_id, job_name, item, item_name, **settings):
    """Return the task that runs the Glue job for an item. Items that have begun go first."""
    if POOL:
        settings["pool"] = POOL
    return ItemJob(
        task_id=task_id,
        job_name=job_name,
        item=item,
        item_name=item_name,
        deferrable=POOL is not None,
        verbose=False,
        stop_job_run_on_kill=True,
        job_poll_interval=30,
        weight_rule="upstream",
        map_index_template="{{ task.item_name[:250] }}",
        **(YEAR_OF_LOOKS if "waiter_delay" in KNOWN else {}),
        **{"retry_delay": timedelta(seconds=30), **settings},
    )
