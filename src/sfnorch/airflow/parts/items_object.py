def read_items(context):
    """Return the items in the object in S3."""
    bucket, key = context["bucket"], context["key"]
    print(f"reads s3://{bucket}/{key}")
    body = S3Hook().conn.get_object(Bucket=bucket, Key=key)["Body"]
    return parse_items(body.read().decode("utf-8-sig"))
