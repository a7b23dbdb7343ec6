"""Lambda functions of a plan, and their Python code, which is in files next to the plan.

The code is read together with the plan, so that its faults (a missing file, invalid Python, a missing handler) are
reported together with those of the plan.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, Field, PrivateAttr
from pydantic_core import PydanticCustomError

from sfnorch.packages import CodeError, read_code
from sfnorch.plan import names
from sfnorch.plan.durations import Seconds
from sfnorch.plan.fields import reject_code
from sfnorch.plan.handlers import find_code_faults
from sfnorch.plan.models.base import Model

ENVIRONMENT_BYTES = 4_096
"""The largest total size of a function's environment variables."""


def _check_code_path(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or "\0" in path or path.startswith(("/", "~")) or "\\" in path or ".." in parts:
        raise PydanticCustomError(
            "code_path", "{path} must be a relative path within the plan's folder", {"path": repr(path)}
        )
    return reject_code(path)


def _check_environment_key(key: str) -> str:
    if key in names.RESERVED_ENVIRONMENT_KEYS:
        message = "{key} is reserved: Lambda sets this variable; choose another name"
        raise PydanticCustomError("environment_key", message, {"key": repr(key)})
    return key


def _check_environment_text(text: str) -> str:
    if "\0" in text:
        raise PydanticCustomError("environment_text", "an environment variable must not contain a null byte")
    return reject_code(text)


def _check_environment(variables: dict[str, str]) -> dict[str, str]:
    # Lambda measures them as JSON: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    size = len(json.dumps(variables, separators=(",", ":"), ensure_ascii=False).encode())
    if size > ENVIRONMENT_BYTES:
        bounds = {"size": f"{size:,}", "most": f"{ENVIRONMENT_BYTES:,}"}
        raise PydanticCustomError(
            "environment", "the variables have {size} bytes in total; Lambda allows at most {most}", bounds
        )
    return variables


class FunctionPermission(Model):
    """Permissions of a function, in addition to writing its log."""

    actions: Annotated[list[Annotated[str, Field(pattern=names.ACTION)]], Field(min_length=1, max_length=50)] = Field(
        description="IAM actions.", examples=[["s3:GetObject"]]
    )
    resources: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=500), AfterValidator(reject_code)]],
        Field(min_length=1, max_length=50),
    ] = Field(description="ARNs of the resources.", examples=[["arn:aws:s3:::orders/*"]])


class Function(Model):
    """A Lambda function that the stack creates: Python 3.13, with its own role and log group."""

    name: Annotated[str, Field(pattern=names.FUNCTION_NAME)] = Field(
        description="Name of the function in this plan. In AWS, its name begins with the stack's name.",
        examples=["clean-orders"],
    )
    code: Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_check_code_path)] = Field(
        description="Python file, or folder with an `index.py`: a path relative to the plan. The template contains the "
        "code of a file. `sfnorch deploy` uploads a folder, or a file that is too large for the template, to S3.",
        examples=["clean_orders.py"],
    )
    handler: Annotated[str, Field(pattern=names.HANDLER)] = Field(
        default="handler", description="Name of the Python function that Lambda calls.", examples=["handler"]
    )
    timeout: Annotated[Seconds, Field(ge=1, le=900)] = Field(
        default=30, description="Timeout of an invocation.", examples=["30s"]
    )
    memory_mb: Annotated[int, Field(ge=128, le=10_240)] = Field(
        default=128, description="Memory in megabytes.", examples=[256]
    )
    environment: Annotated[
        dict[
            Annotated[str, Field(pattern=names.ENVIRONMENT_KEY), AfterValidator(_check_environment_key)],
            Annotated[str, Field(max_length=4_000), AfterValidator(_check_environment_text)],
        ],
        AfterValidator(_check_environment),
    ] = Field(default={}, description="Environment variables.", examples=[{"LEVEL": "debug"}])
    permissions: Annotated[list[FunctionPermission], Field(max_length=20)] = Field(
        default=[],
        description="Permissions of its role, in addition to writing its log.",
        examples=[[{"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::orders/*"]}]],
    )

    _files: dict[str, bytes] = PrivateAttr(default_factory=dict)

    @property
    def files(self) -> Mapping[str, bytes]:
        """The code: the content of each file by its path in the package. A single file is `index.py`."""
        return self._files

    def read(self, folder: Path) -> Iterator[str]:
        """Read the code from the plan's folder, and yield its faults as error messages."""
        try:
            self._files = read_code(folder, self.code)
        except CodeError as error:
            yield f"{self.code} {error}"
            return
        if "index.py" not in self._files:
            yield f"{self.code} has no index.py, in which Lambda looks for the handler; add it"
        else:
            name = self.code if (folder / self.code).is_file() else f"{self.code}/index.py"
            yield from find_code_faults(name, self._files["index.py"], self.handler)
