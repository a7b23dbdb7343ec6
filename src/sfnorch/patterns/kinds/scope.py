"""The context of a step's states: the available variables, and the state that a failure leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sfnorch.asl import Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowScope:
    """The context of a step in a list of steps, after the steps before it.

    `saved` are the available variables, in the order of their steps. `failures` are the variables of on_error at the
    top level of the flow, which are null until a step fails. `failed` is the state that a failure leads to.
    """

    saved: tuple[str, ...]
    failures: tuple[str, ...]
    failed: str
    top: bool
    functions: Mapping[str, str]
    """The keys of the functions that the stack creates, by name."""
    keeping: Mapping[str, str]
    """Internal variables that keep a failure while it is handled, by step. Other steps use the user's variable."""
    run_arguments: Mapping[str, str] = field(default_factory=dict)
    """The arguments that every job run gets."""
    at: str = ""
    """The top-level step whose on_error contains these steps."""
    handled: str = ""
    """The variable with the failure that these steps handle."""

    def add_saved(self, *names: str | None) -> FlowScope:
        """Return the scope after a step that saved these variables."""
        new = (name for name in names if name and name not in self.saved)
        return replace(self, saved=(*self.saved, *new))

    def enter_branch(self, failed: str) -> FlowScope:
        """Return the scope of a branch or an item, which can use all variables of this scope."""
        return replace(self, failed=failed, top=False, at="", handled="")

    def enter_handler(self, step: str, failure: str) -> FlowScope:
        """Return the scope of the steps in the on_error of `step`; the variable `failure` has its failure."""
        return replace(self, at=(self.at or step) if self.top else "", handled=failure)

    @property
    def document(self) -> Expression:
        """The input of the execution merged with all saved variables: the default input of steps, and the outcome."""
        saved = ", ".join(f'"{name}": ${name}' for name in self.saved)
        parts = ["$input", *([f"{{{saved}}}"] if saved else [])]
        parts += [f'${name} = null ? {{}} : {{"{name}": ${name}}}' for name in self.failures if name not in self.saved]
        return Expression(f"$merge([{', '.join(parts)}])" if len(parts) > 1 else "$input")
