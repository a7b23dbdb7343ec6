"""Summarize the cleaned orders, or fail if the input asks for it."""


class TransientError(Exception):
    """An error that a retry can resolve."""


def handler(event, context):
    """Return the number of orders and their total. Raises TransientError if the input has fail_summary."""
    if event.get("fail_summary"):
        raise TransientError("the report service did not answer")
    orders = event["clean"]["orders"]
    return {"orders": len(orders), "total": round(sum(order["amount"] for order in orders), 2)}
