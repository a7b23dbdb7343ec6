"""What can go wrong in words: every error that a user can cause is one of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfnorch.findings import Finding


class SfnorchError(Exception):
    """An error that a user can mend: what is wrong, and a hint what to do about it."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class PlanError(SfnorchError):
    """A plan that can't be taken: all its findings at once, each with its line."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = tuple(findings)


class LimitError(SfnorchError):
    """A rendering that AWS would refuse for its size: the limit, the place and the way out."""
