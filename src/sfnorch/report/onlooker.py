"""The output of a deployment while it runs: on a console, or none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from sfnorch.aws.change_sets import ChangeSet
from sfnorch.aws.stack_events import StackEvent
from sfnorch.aws.steps import Step
from sfnorch.console import Console
from sfnorch.report.stack import print_changes, print_events, print_machines, print_parameters
from sfnorch.report.waiting import waiting


@dataclass(kw_only=True)
class Screen:
    """The output of operations on a stack, which is empty without a console. `consents` answers for `asks`."""

    console: Console | None
    consents: Callable[[Step], bool] = lambda _: False
    defaults: Mapping[str, str] = field(default_factory=dict)
    given: Collection[str] | None = None
    """The names of parameters with overrides; None if they are unknown."""
    kept: Collection[str] = ()
    owners: Mapping[str, str] = field(default_factory=dict)
    """The only user of a parameter, by the name of the parameter."""
    secret: Collection[str] = ()

    def says(self, line: str) -> None:
        """Print the line."""
        if self.console:
            self.console.print(line, soft_wrap=True)

    def waits(self, words: str) -> AbstractContextManager[None]:
        """Show a spinner with the words while the block runs."""
        return waiting(words)

    def asks(self, step: Step) -> bool:
        """Return whether the step is confirmed."""
        return self.consents(step)

    def reviews(self, change_set: ChangeSet) -> None:
        """Print the changes, and the parameters that differ from the defaults of the template."""
        if self.console:
            shown = {name: "****" if name in self.secret else v for name, v in change_set.parameters.items()}
            print_changes(change_set, self.console)
            print_machines(change_set, self.console)
            print_parameters(shown, self.defaults, self.given, self.kept, self.console, owners=self.owners)

    def follows(self, batches: Iterable[tuple[StackEvent, ...]], resources: int) -> None:
        """Print the events until the operation ends."""
        if self.console:
            print_events(batches, resources, self.console)
        else:
            with waiting("Waiting for CloudFormation"):
                for _ in batches:
                    pass
