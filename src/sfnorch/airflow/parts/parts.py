def parts_of(params):
    """Return what is reported."""
    return dict.fromkeys(PARTS)
