"""The progress of an execution: where each scope is, so that a redrive continues there.

https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sfnorch.json_values import Json
from sfnorch.simulator.record import Execution
from sfnorch.template.states import StateScope


@dataclass(slots=True)
class ScopeProgress:
    """Where a scope is: its state with the input and the variables, and how far the inner scopes of this state are.

    A redrive enters the state again. Branches, iterations and child executions that have succeeded keep their results.
    """

    state: str = ""
    """The state that runs; empty before the first one, and after the last one."""
    input: Json = None
    variables: dict[str, Json] = field(default_factory=dict)
    output: Json = None
    is_done: bool = False
    inner: dict[tuple[StateScope, int], ScopeProgress] = field(default_factory=dict)
    """The progress of a branch, or of an iteration by the index of its item."""
    children: dict[int, Execution] = field(default_factory=dict)
    """The child executions of a distributed Map, by the index of the item or batch."""

    def find_inner(self, scope: StateScope, index: int) -> ScopeProgress:
        """Return the progress of an inner scope, which is new unless the execution is redriven."""
        key = (scope, index)
        if key not in self.inner:
            self.inner[key] = ScopeProgress()
        return self.inner[key]

    def forget_inner(self, scope: StateScope, index: int) -> None:
        """Forget the progress of an inner scope, whose output is kept elsewhere."""
        self.inner.pop((scope, index), None)

    def enter(self, state: str, given: Json) -> None:
        """Note the next state, and its input."""
        self.state, self.input = state, given
        if self.inner or self.children:
            self.restart()

    def restart(self) -> None:
        """Forget the inner scopes: the state runs from its beginning."""
        if self.inner:
            self.inner = {}
        if self.children:
            self.children = {}

    def finish(self, output: Json) -> None:
        """Note the output of the scope, which stays as it is."""
        self.enter("", None)
        self.variables, self.output, self.is_done = {}, output, True
