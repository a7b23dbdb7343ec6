"""sfnorch: a plan of AWS Glue jobs in, the whole Step Functions orchestration out."""

__version__ = "0.1.0"
