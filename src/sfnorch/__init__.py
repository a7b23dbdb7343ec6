"""sfnorch: render a plan of AWS Glue jobs as a Step Functions orchestration."""

__version__ = "0.1.0"
