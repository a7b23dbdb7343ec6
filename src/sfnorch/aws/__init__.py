"""Calls to AWS. No other package imports boto3."""
