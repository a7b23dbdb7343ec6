"""A rule as data: what it is called, why it is there, where its fact is from, and how it looks at a template."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfnorch.findings import Finding, Severity
from sfnorch.template.located import Path, Place, show

if TYPE_CHECKING:
    from sfnorch.lint.subject import Subject
    from sfnorch.template.contents import StateMachine


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that a rule has found: where, what, and what to do; `severity` where it isn't the rule's own."""

    path: Path
    place: Place
    message: str
    hint: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule: `source` is the page that its fact is from, `check` yields what it finds."""

    id: str
    title: str
    why: str
    source: str
    severity: Severity
    check: Callable[[Subject], Iterable[Fault]]

    def findings(self, subject: Subject) -> Iterable[Finding]:
        """Yield what the rule finds in the template."""
        for fault in self.check(subject):
            yield Finding(
                rule=self.id,
                severity=fault.severity or self.severity,
                file=fault.place.file,
                line=fault.place.line,
                path=show(fault.path),
                message=fault.message,
                hint=fault.hint,
            )


def fault(
    machine: StateMachine, path: Path, message: str, hint: str = "", *, severity: Severity | None = None
) -> Fault:
    """Return a fault at a value of the machine's definition; `path` leads to it from the definition's root."""
    full, place = machine.at(path)
    return Fault(path=full, place=place, message=message, hint=hint, severity=severity)
