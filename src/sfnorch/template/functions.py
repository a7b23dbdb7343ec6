"""The Python Lambda functions of a template, with their code in the template or the location of their code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sfnorch.json_values import find_value, read_number, read_string
from sfnorch.packages import METADATA
from sfnorch.template.declarations import find_declarations
from sfnorch.template.intrinsics import StackValues

_TYPES = ("AWS::Lambda::Function", "AWS::Serverless::Function")
_SECONDS = 3.0
"""The default timeout of Lambda in seconds."""


class FunctionResource(NamedTuple):
    """A function: its code as text if the template contains it, else the code's path relative to the template."""

    logical_id: str
    name: str
    arn: str
    handler: str
    runtime: str
    timeout: float
    environment: Mapping[str, str]
    code: str
    code_from: str
    package_key: str
    """The S3 key of the code."""

    @property
    def playable(self) -> bool:
        """Return whether the function is in Python and its code is known."""
        return self.runtime.startswith("python") and bool(self.code or self.code_from)


def list_functions(stack: StackValues) -> Iterator[FunctionResource]:
    """Yield the functions of the template."""
    for kind in _TYPES:
        for function in find_declarations(stack, kind):
            yield FunctionResource(
                logical_id=function.logical_id,
                name=function.name,
                arn=function.arn,
                handler=function.text("Handler"),
                runtime=function.text("Runtime"),
                timeout=float(read_number(find_value(function.properties, "Timeout"), _SECONDS)),
                environment={
                    key: stack.evaluate_text(value)
                    for key, value in function.properties.find_object("Environment", "Variables").items()
                },
                code=function.text("Code", "ZipFile") or function.text("InlineCode"),
                code_from=read_string(
                    find_value(stack.get_section("Resources"), function.logical_id, "Metadata", METADATA)
                ),
                package_key=function.text("Code", "S3Key"),
            )
