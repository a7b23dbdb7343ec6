def read_items(context):
    """Return the items in the run's params."""
    return context["params"]["items"]
