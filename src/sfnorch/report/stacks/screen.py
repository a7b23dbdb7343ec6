"""The output of an operation on a stack while it runs: on a console, or none."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType

from sfnorch.app.stack_updates import (
    JobWarnings,
    LintWarnings,
    Notice,
    OperationLeft,
    OperationProgress,
    OperationStarted,
    PlanWarning,
    Review,
    StackUpdate,
)
from sfnorch.console import Console
from sfnorch.report.lint.findings import count_words, print_findings
from sfnorch.report.stacks.stack import EventPrinter, print_changes, print_machines, print_parameters
from sfnorch.report.waiting import show_spinner

_MOST_WARNINGS = 10


class StackScreen:
    """Prints the events of an operation on a stack; without a console, it only shows that it waits.

    The screen is a context manager, which ends the live output after an error too.
    """

    def __init__(self, console: Console | None) -> None:
        self._console = console
        self._printer: EventPrinter | None = None
        self._shown = ExitStack()

    def __enter__(self) -> StackScreen:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._shown.close()

    def show(self, update: StackUpdate) -> None:
        """Print the event."""
        match update:
            case OperationStarted() if self._console:
                self._printer = self._shown.enter_context(EventPrinter(self._console, update.resources))
            case OperationStarted():
                self._shown.enter_context(show_spinner("Waiting for CloudFormation"))
            case OperationProgress() if self._printer:
                self._printer.print(update.events)
            case OperationLeft():
                self._shown.close()
            case _ if self._console:
                _print_update(update, self._console)


def _print_update(update: StackUpdate, console: Console) -> None:
    match update:
        case Notice():
            console.print(update.text, soft_wrap=True)
        case LintWarnings():
            print_findings(update.findings, console)
            console.print(f"{count_words(update.findings)}; the deployment continues.")
        case JobWarnings():
            for line in update.texts[:_MOST_WARNINGS]:
                console.print_words(f"warning: {line}", style="yellow")
            if (more := len(update.texts) - _MOST_WARNINGS) > 0:
                console.print(f"warning: and {more} more", style="yellow")
        case PlanWarning():
            console.print_words(f"warning: {update.text}", style="yellow")
        case Review():
            print_changes(update.change_set, console)
            print_machines(update.change_set, console)
            print_parameters(
                update.parameters, update.defaults, update.overridden, update.kept, console, owners=update.owners
            )
