"""The service models of AWS that botocore contains, read as data: services, API actions and their arguments.

A model is read when it is first needed. boto3 and botocore are not imported, because they take longer to load than all
models of a template.
"""
