def parse_items(text):
    """Return the values of JSON Lines."""
    return [json.loads(line) for line in text.split("\n") if line.strip()]
