"""Summarize the orders of a data set."""


def handler(event, context):
    """Return the region, the number of its orders, and their total."""
    clean = event["clean"]
    total = round(sum(order["amount"] for order in clean["orders"]), 2)
    return {"region": clean["region"], "orders": len(clean["orders"]), "dropped": clean["dropped"], "total": total}
