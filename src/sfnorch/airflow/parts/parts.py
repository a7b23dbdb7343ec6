def parts_of(params):
    """What is told of apart."""
    return dict.fromkeys(PARTS)
