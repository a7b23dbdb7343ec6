def parse_items(text):
    """Return the rows of CSV with a header, each with a text for each column."""
    rows = csv.reader(io.StringIO(text, newline=""), escapechar="\\")
    header, *rows = [row for row in rows if row] or [[]]
    if len(set(header)) < len(header):
        raise AirflowFailException("two columns of the CSV have the same name")
    empty = [""] * len(header)
    return [dict(zip(header, [*row, *empty[len(row) :]])) for row in rows]
