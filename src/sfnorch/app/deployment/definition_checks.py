"""Validate the definitions of a template by Step Functions before a deployment."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from sfnorch.aws.definition_validation import SECONDS_BETWEEN, Diagnostic, validate_definition
from sfnorch.aws.polling import Pace
from sfnorch.json_values import walk_strings, write_compact

if TYPE_CHECKING:
    from sfnorch.app.account import AwsAccount
    from sfnorch.template.contents import Template

_UNKNOWN = re.compile(r"<[\w:.]+>")
"""A value that is unknown before the stack exists, such as `<Fn::ImportValue>`; comparisons in JSONata have blanks."""


def prepare_validation(template: Template, account: AwsAccount) -> Callable[[], list[str]]:
    """Return the function that validates the definitions, and returns a line for each error of Step Functions.

    A definition with a value that is unknown before the stack exists is not validated. The client is created here, in
    the thread of the caller: boto3 does not create clients in several threads. The function raises botocore's errors.
    """
    known = {
        template.build_title(machine): (write_compact(machine.definition.data), machine.express)
        for machine in template.machines
        if machine.definition is not None
        and not any(_UNKNOWN.search(text) for _, text in walk_strings(machine.definition.data))
    }
    if not known:
        return list
    client, pace = account.session.stepfunctions, Pace(account.clock, SECONDS_BETWEEN)

    def validate() -> list[str]:
        lines = []
        for title, (definition, express) in known.items():
            found = validate_definition(client, definition, pace, express=express)
            lines += [] if found.accepted else [_format_error(title, error) for error in found.errors]
        return lines

    return validate


def _format_error(title: str, error: Diagnostic) -> str:
    where = f", {error.location}" if error.location else ""
    return f"{title}{where}: Step Functions: {error.message} [{error.code}]"
