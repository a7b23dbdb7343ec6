def handler(event, context):
    return {"count": len(event), "orders": [{"id": "1"}]}
