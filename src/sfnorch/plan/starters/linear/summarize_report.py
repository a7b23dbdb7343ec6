"""Summarize the cleaned orders."""


def handler(event, context):
    """Return the number of orders and their total."""
    orders = event["clean"]["orders"]
    return {"orders": len(orders), "total": round(sum(order["amount"] for order in orders), 2)}
