"""What a deployment reports: its steps to an observer, and its result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from sfnorch.aws.change_sets import ChangeSet
from sfnorch.aws.stack_events import EventObserver, OperationEnd
from sfnorch.aws.stacks import Stack
from sfnorch.aws.steps import Step

End = Literal["deployed", "unchanged", "declined", "left", "failed"]


class DeploymentObserver(EventObserver, Protocol):
    """Receives reports of a deployment, and answers its questions."""

    def show_line(self, line: str) -> None:
        """Report what happens next."""

    def confirm_step(self, step: Step) -> bool:
        """Return whether the step is confirmed."""

    def show_change_set(self, change_set: ChangeSet) -> None:
        """Show the changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentOutcome:
    """The result of a deployment; `ending` is the result of an operation that failed."""

    end: End
    stack: Stack | None = None
    change_set: ChangeSet | None = None
    ending: OperationEnd | None = None
    done: tuple[str, ...] = ()
    """What was done to the stack before: it was deleted, or rolled back."""
