"""Sums the cleaned orders up."""


def handler(event, context):
    """How many orders there are, and what they come to."""
    orders = event["clean"]["orders"]
    return {"orders": len(orders), "total": round(sum(order["amount"] for order in orders), 2)}
