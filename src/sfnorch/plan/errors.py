"""The error of a plan that can't be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.errors import SfnorchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfnorch.findings import Finding


class PlanError(SfnorchError):
    """A plan that can't be taken: all its findings at once, each with its line."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = tuple(findings)
