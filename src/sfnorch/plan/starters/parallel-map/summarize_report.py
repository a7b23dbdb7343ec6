"""Sums the orders of a data set up."""


def handler(event, context):
    """The region, how many orders it has, and what they come to."""
    clean = event["clean"]
    total = round(sum(order["amount"] for order in clean["orders"]), 2)
    return {"region": clean["region"], "orders": len(clean["orders"]), "dropped": clean["dropped"], "total": total}
