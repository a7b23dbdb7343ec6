"""Lambda functions of a plan, and their Python code, which lies beside it.

The code is read with the plan, so that what is wrong with it is told with the plan's own faults: a file that isn't
there, that is no Python, that lacks the handler.
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
from sfnorch.plan.fields import no_code
from sfnorch.plan.handlers import code_faults
from sfnorch.plan.models import Model

ENVIRONMENT_BYTES = 4_096
"""How large a function's environment variables may be together."""


def _beside_the_plan(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or "\0" in path or path.startswith(("/", "~")) or "\\" in path or ".." in parts:
        raise PydanticCustomError(
            "code_path", "{path} is no file or folder beside the plan: write its way from there", {"path": repr(path)}
        )
    return no_code(path)


def _environment_key(key: str) -> str:
    if key in names.LAMBDAS_OWN:
        raise PydanticCustomError("environment_key", "{key} is a variable that Lambda sets itself", {"key": repr(key)})
    return key


def _environment_text(text: str) -> str:
    if "\0" in text:
        raise PydanticCustomError("environment_text", "an environment variable holds no null byte")
    return no_code(text)


def _environment(variables: dict[str, str]) -> dict[str, str]:
    # Lambda measures them as JSON: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    size = len(json.dumps(variables, separators=(",", ":"), ensure_ascii=False).encode())
    if size > ENVIRONMENT_BYTES:
        bounds = {"size": f"{size:,}", "most": f"{ENVIRONMENT_BYTES:,}"}
        raise PydanticCustomError(
            "environment", "the variables have {size} bytes in all, and Lambda takes {most}", bounds
        )
    return variables


class FunctionPermission(Model):
    """What a function may do beside writing its log."""

    actions: Annotated[list[Annotated[str, Field(pattern=names.ACTION)]], Field(min_length=1, max_length=50)] = Field(
        description="IAM actions.", examples=[["s3:GetObject"]]
    )
    resources: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=500), AfterValidator(no_code)]],
        Field(min_length=1, max_length=50),
    ] = Field(description="The ARNs that they are allowed on.", examples=[["arn:aws:s3:::orders/*"]])


class Function(Model):
    """A Lambda function of the stack: Python 3.13, with a role of its own and a log group."""

    name: Annotated[str, Field(pattern=names.FUNCTION_NAME)] = Field(
        description="What steps call it; its own name begins with the stack's.", examples=["clean-orders"]
    )
    code: Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_beside_the_plan)] = Field(
        description="Its Python file, or a folder with `index.py` in it, by the way from the plan's folder. A file is "
        "inlined in the template; a folder, and a file too large for that, is put into S3 by `sfnorch deploy`.",
        examples=["clean_orders.py"],
    )
    handler: Annotated[str, Field(pattern=names.HANDLER)] = Field(
        default="handler", description="The function in the file that Lambda calls.", examples=["handler"]
    )
    timeout: Annotated[Seconds, Field(ge=1, le=900)] = Field(
        default=30, description="How long a call of it may take.", examples=["30s"]
    )
    memory_mb: Annotated[int, Field(ge=128, le=10_240)] = Field(
        default=128, description="Megabytes of memory.", examples=[256]
    )
    environment: Annotated[
        dict[
            Annotated[str, Field(pattern=names.ENVIRONMENT_KEY), AfterValidator(_environment_key)],
            Annotated[str, Field(max_length=4_000), AfterValidator(_environment_text)],
        ],
        AfterValidator(_environment),
    ] = Field(default={}, description="Environment variables.", examples=[{"LEVEL": "debug"}])
    permissions: Annotated[list[FunctionPermission], Field(max_length=20)] = Field(
        default=[],
        description="What its role allows beside writing its log.",
        examples=[[{"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::orders/*"]}]],
    )

    _files: dict[str, bytes] = PrivateAttr(default_factory=dict)

    @property
    def files(self) -> Mapping[str, bytes]:
        """Its code: each file's content by its way within the package; `index.py` alone where it is one file."""
        return self._files

    def read(self, folder: Path) -> Iterator[str]:
        """Yield what is wrong with its code, which is read from the plan's folder."""
        try:
            self._files = read_code(folder, self.code)
        except CodeError as error:
            yield f"{self.code} {error}"
            return
        if "index.py" not in self._files:
            yield f"{self.code} holds no index.py, in which Lambda looks for the handler"
        else:
            name = self.code if (folder / self.code).is_file() else f"{self.code}/index.py"
            yield from code_faults(name, self._files["index.py"], self.handler)
