"""Generate small data sets of orders, one per region."""

REGIONS = {"north": (120.5, None, 79.5), "south": (10.0, 20.0), "west": (None, 5.25, 4.75, 90.0)}


def handler(event, context):
    """Return the data sets, each with its region and its orders."""
    return [
        {"region": region, "orders": [{"id": f"{region}-{n}", "amount": amount} for n, amount in enumerate(amounts, 1)]}
        for region, amounts in REGIONS.items()
    ]
