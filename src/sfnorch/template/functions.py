"""The Python Lambda functions of a template, with their code in the template or the location of their code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sfnorch.packages import METADATA
from sfnorch.template.intrinsics import StackValues
from sfnorch.template.located import Object
from sfnorch.template.roles import resources

_TYPES = ("AWS::Lambda::Function", "AWS::Serverless::Function")
_SECONDS = 3.0
"""The default timeout of Lambda in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionResource:
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


def declared_functions(stack: StackValues) -> Iterator[FunctionResource]:
    """Yield the functions of the template."""
    for kind in _TYPES:
        for logical_id, properties, _, _ in resources(stack, kind):
            resource = stack.section("Resources")[logical_id]
            metadata = resource.get("Metadata") if isinstance(resource, Object) else None
            code_from = metadata.get(METADATA) if isinstance(metadata, Object) else None
            given = properties.get("Code")
            code = given if isinstance(given, Object) else None
            environment = properties.get("Environment")
            variables = environment.get("Variables") if isinstance(environment, Object) else None
            seconds = properties.get("Timeout")
            yield FunctionResource(
                logical_id=logical_id,
                name=stack.name(logical_id),
                arn=stack.attribute(logical_id, "Arn"),
                handler=stack.text(properties.get("Handler")),
                runtime=stack.text(properties.get("Runtime")),
                timeout=float(seconds) if isinstance(seconds, int | float) else _SECONDS,
                environment={
                    key: stack.text(value)
                    for key, value in (variables.items() if isinstance(variables, Object) else ())
                },
                code=stack.text(code.get("ZipFile") if code is not None else properties.get("InlineCode")),
                code_from=code_from if isinstance(code_from, str) else "",
                package_key=stack.text(code.get("S3Key")) if code is not None else "",
            )
