"""The key of an execution's input that links it to the execution that started it, also in the console."""

from __future__ import annotations

STARTED_BY = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"
"""https://docs.aws.amazon.com/step-functions/latest/dg/concepts-nested-workflows.html"""
