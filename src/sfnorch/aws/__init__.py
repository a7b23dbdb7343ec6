"""What speaks with AWS: boto3 lives here alone."""
