"""A lint rule as data: its id, its reason, the source of the fact, and the function that checks a template."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from sfnorch.findings import Finding, Severity
from sfnorch.template.located import Path, SourceLocation, format_path

if TYPE_CHECKING:
    from sfnorch.template.contents import Machine, Template


class HasTemplate(Protocol):
    """What every rule can check: an object with a template."""

    template: Template


CheckedSubject = TypeVar("CheckedSubject", bound=HasTemplate, contravariant=True)
"""What a rule checks: some rules need more than the template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFinding:
    """One problem that a rule finds: location, message, hint. `severity` overrides the rule's severity."""

    path: Path
    place: SourceLocation
    message: str
    hint: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LintRule(Generic[CheckedSubject]):
    """A rule. `source` is the page that documents the fact; `check` yields the problems."""

    id: str
    title: str
    why: str
    source: str
    severity: Severity
    check: Callable[[CheckedSubject], Iterable[RuleFinding]]
    checks_definitions: bool = False
    """Whether it checks a definition without a template too."""

    def find_faults(self, subject: CheckedSubject) -> Iterable[Finding]:
        """Yield the findings of the rule about the template."""
        for fault in self.check(subject):
            yield Finding(
                rule=self.id,
                severity=fault.severity or self.severity,
                file=fault.place.file,
                line=fault.place.line,
                path=format_path(fault.path),
                message=fault.message,
                hint=fault.hint,
            )


def create_fault(
    machine: Machine, path: Path, message: str, hint: str = "", *, severity: Severity | None = None
) -> RuleFinding:
    """Return a fault at a value of the machine's definition; `path` starts at the root of the definition."""
    full, place = machine.locate_value(path)
    return RuleFinding(path=full, place=place, message=message, hint=hint, severity=severity)
