"""What functions report while they work on a stack: events, and the questions that a person answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from sfnorch.app.account import Waits

if TYPE_CHECKING:
    from sfnorch.aws.change_sets import ChangeSet
    from sfnorch.aws.events import StackEvent
    from sfnorch.aws.steps import Step
    from sfnorch.findings import Finding


@dataclass(frozen=True, slots=True)
class Notice:
    """What happens next, or what the state of the stack is, as a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class LintWarnings:
    """Findings about the template that do not prevent the deployment."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class JobWarnings:
    """Glue jobs of the template that do not exist, or why this is unknown, as sentences."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanWarning:
    """A warning about the plan, or about the concurrency of its Glue jobs, as a sentence."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The changes of a deployment before they are confirmed. Secret values of parameters are masked."""

    change_set: ChangeSet
    parameters: Mapping[str, str]
    """The values of all parameters."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """The defaults of parameters in the template."""
    overridden: Collection[str] | None = None
    """The names of parameters with overrides; None if they are unknown."""
    kept: Collection[str] = ()
    """The names of parameters that keep their values in the stack."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """The only user of a parameter, by the name of the parameter."""


@dataclass(frozen=True, slots=True)
class OperationStarted:
    """An operation of CloudFormation is followed. `resources`: about how many resources change, 0 if unknown."""

    resources: int


@dataclass(frozen=True, slots=True)
class OperationProgress:
    """The events of CloudFormation since the last poll, oldest first and possibly none."""

    events: tuple[StackEvent, ...]


@dataclass(frozen=True, slots=True)
class OperationLeft:
    """The operation is no longer followed: it has ended, or an error or Ctrl-C occurred."""


StackUpdate: TypeAlias = (
    Notice | LintWarnings | JobWarnings | PlanWarning | Review | OperationStarted | OperationProgress | OperationLeft
)
"""An event of a function that works on a stack."""

ShowUpdate: TypeAlias = Callable[[StackUpdate], None]
Consent: TypeAlias = "Callable[[Step], bool]"
"""Answers the question of a step: whether it is confirmed."""


def ignore_update(update: StackUpdate) -> None:
    """Do nothing with the event."""


def decline(step: Step) -> bool:
    """Confirm no step: nothing is changed."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewContext:
    """What is known of the parameters of a deployment before its change set exists."""

    defaults: Mapping[str, str] = field(default_factory=dict)
    overridden: Collection[str] | None = None
    kept: Collection[str] = ()
    owners: Mapping[str, str] = field(default_factory=dict)
    secret: Collection[str] = ()


class StackReporter:
    """Turns the reports of an operation on a stack into events, and passes its questions on."""

    def __init__(
        self,
        waits: Waits,
        on_event: ShowUpdate = ignore_update,
        consent: Consent = decline,
        context: ReviewContext | None = None,
    ) -> None:
        self._waits = waits
        self._consent = consent
        self._context = context or ReviewContext()
        self.report = on_event

    def show_line(self, line: str) -> None:
        """Report what happens next."""
        self.report(Notice(line))

    def show_wait(self, words: str) -> AbstractContextManager[None]:
        """Show what is waited for while the block runs."""
        return self._waits(words)

    def confirm_step(self, step: Step) -> bool:
        """Return whether the step is confirmed."""
        return self._consent(step)

    def show_change_set(self, change_set: ChangeSet) -> None:
        """Report the changes."""
        known = self._context
        shown = {name: "****" if name in known.secret else text for name, text in change_set.parameters.items()}
        self.report(
            Review(
                change_set=change_set,
                parameters=shown,
                defaults=known.defaults,
                overridden=known.overridden,
                kept=known.kept,
                owners=known.owners,
            )
        )

    def show_events(self, batches: Iterable[tuple[StackEvent, ...]], resources: int) -> None:
        """Report the events until the operation ends."""
        self.report(OperationStarted(resources))
        try:
            for events in batches:
                self.report(OperationProgress(events))
        finally:
            self.report(OperationLeft())
