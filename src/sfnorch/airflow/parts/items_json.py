def parse_items(text):
    """Return the elements of a JSON list, or the values of an object."""
    found = json.loads(text)
    return [*found.values()] if isinstance(found, dict) else found
