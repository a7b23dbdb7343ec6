"""Validate the definition of a state machine by Step Functions, without a state machine.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from sfnorch.aws.polling import Pace, add_retries

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

MOST_DIAGNOSTICS = 100
"""The maximum number of diagnostics in an answer; the operation has no further pages."""

SECONDS_BETWEEN = 0.2
"""The time between two calls. Assumed: AWS publishes no rate for this operation."""


class Diagnostic(NamedTuple):
    """An error or a warning about a definition."""

    severity: str
    """`ERROR` or `WARNING`. Only an error prevents a state machine."""
    code: str
    message: str
    location: str
    """The place in the definition, such as `/States/Load/Next`; empty if AWS reports none."""


@dataclass(frozen=True, slots=True)
class DefinitionValidation:
    """What Step Functions reports about a definition."""

    accepted: bool
    """Whether a state machine can have the definition."""
    diagnostics: tuple[Diagnostic, ...]
    """Errors first."""
    truncated: bool
    """Whether there are more diagnostics than AWS returns."""

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """Return the diagnostics that prevent a state machine."""
        return tuple(found for found in self.diagnostics if found.severity == "ERROR")


def validate_definition(client: SFNClient, definition: str, pace: Pace, *, express: bool) -> DefinitionValidation:
    """Return what Step Functions reports about the definition, a JSON text. Raises the errors of botocore.

    An answer with too many diagnostics can lack errors: the errors alone are then read too.
    """
    found = _call(client, definition, pace, express, "WARNING")
    if not found.truncated:
        return found
    errors = _call(client, definition, pace, express, "ERROR")
    warnings = tuple(each for each in found.diagnostics if each.severity != "ERROR")
    return DefinitionValidation(errors.accepted, (*errors.diagnostics, *warnings), truncated=True)


def _call(
    client: SFNClient, definition: str, pace: Pace, express: bool, severity: Literal["ERROR", "WARNING"]
) -> DefinitionValidation:
    pace.wait()
    answer = add_retries(client.validate_state_machine_definition, pace.clock)(
        definition=definition,
        type="EXPRESS" if express else "STANDARD",
        severity=severity,
        maxResults=MOST_DIAGNOSTICS,
    )
    diagnostics = [
        Diagnostic(each["severity"], each["code"], each["message"], each.get("location", ""))
        for each in answer["diagnostics"]
    ]
    return DefinitionValidation(
        accepted=answer["result"] == "OK",
        diagnostics=tuple(sorted(diagnostics, key=lambda each: each.severity != "ERROR")),
        truncated=answer.get("truncated", False),
    )
