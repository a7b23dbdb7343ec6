def read_items(context):
    """Return the items in the plan."""
    return ITEMS
