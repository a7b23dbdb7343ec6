"""Environment variables that Lambda sets itself.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
"""

from __future__ import annotations

from pathlib import Path

import pytest

from sfnorch.errors import SfnorchError
from sfnorch.plan.load import load_plan

RESERVED = (
    *("AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV"),
    *("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION"),
    *("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"),
    *("AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SECURITY_TOKEN"),
    *("AWS_SESSION_TOKEN", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT"),
)
OTHERS = ("AWS_XRAY_CONTEXT_MISSING", "AWS_LAMBDA_EXEC_WRAPPER", "REGION", "LEVEL")


def test_reserved_variables_are_refused_and_others_are_taken(tmp_path: Path):
    (tmp_path / "f.py").write_text("def handler(event, context):\n    return event\n")
    variables = ", ".join(f"{name}: x" for name in (*OTHERS, *RESERVED))
    file = tmp_path / "plan.yaml"
    file.write_text(
        "pattern: flow\nsteps: [{name: a, lambda: f}]\n"
        f"functions:\n- {{name: f, code: f.py, environment: {{{variables}}}}}\n"
    )
    with pytest.raises(SfnorchError) as error:
        load_plan(file)
    at = "functions[0].environment."
    assert [line.partition(": ")[0] for line in error.value.message.splitlines()] == [
        f"{at}{name}" for name in RESERVED
    ]
