"""Findings of checks as data: the place, the problem, and the fix."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """The severity of a finding: an error stops a command, a warning is shown, an info is shown on request."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A finding: `path` is its path in the document (`children[1].jobs[3]`), `line` its line, counted from 1."""

    rule: str
    severity: Severity = Severity.ERROR
    file: str
    line: int | None = None
    path: str = ""
    message: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else self.file
        path = f"{self.path}: " if self.path else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{path}{self.message}{hint} ({where})"
