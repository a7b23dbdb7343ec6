"""Clean the orders of a data set: drop and count the orders without an amount."""


def handler(event, context):
    """Return the data set with the orders that have an amount, and the number of dropped orders."""
    dataset = event["dataset"]
    orders = [order for order in dataset["orders"] if order["amount"] is not None]
    return {"region": dataset["region"], "orders": orders, "dropped": len(dataset["orders"]) - len(orders)}
