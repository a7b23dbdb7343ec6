"""Profile the data sets before they are cleaned."""


def handler(event, context):
    """Count the data sets, the orders, and the orders without an amount."""
    orders = [order for dataset in event["datasets"] for order in dataset["orders"]]
    missing = sum(order["amount"] is None for order in orders)
    return {"datasets": len(event["datasets"]), "orders": len(orders), "without_amount": missing}
