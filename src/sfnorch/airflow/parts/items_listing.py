def read_items(context):
    """Return the objects in S3 that are the items."""
    listing = S3Hook().conn.get_paginator("list_objects_v2")
    return [
        {
            "Etag": found["ETag"],
            "Key": found["Key"],
            "LastModified": int(found["LastModified"].timestamp()),
            "Size": found["Size"],
            "StorageClass": found.get("StorageClass", "STANDARD"),
        }
        for page in listing.paginate(Bucket=context["bucket"], Prefix=context["prefix"])
        for found in page.get("Contents", [])
        if found["Key"].endswith(SUFFIX)
    ]
