"""What validation finds, as data: where, what, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """How much a finding weighs: an error stops a command, a warning is shown, an info may be."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found: `path` leads into the document (`children[1].jobs[3]`), `line` counts from 1."""

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
