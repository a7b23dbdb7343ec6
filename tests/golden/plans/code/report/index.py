from names import NAME


def handler(event, context):
    return {"name": NAME}
