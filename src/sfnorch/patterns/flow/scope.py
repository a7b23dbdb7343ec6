"""What the states of a step must know of where they stand: the variables that are there, and where a failure leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sfnorch.asl import Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A list of steps' surroundings, as far as the steps before have changed them.

    `saved` are variables that are there, in the order in which they came; `failures` those of on_error at the flow's
    own level, which are null until something fails. `failed` is the state that a failure leads to.
    """

    saved: tuple[str, ...]
    failures: tuple[str, ...]
    failed: str
    top: bool
    functions: Mapping[str, str]
    """The keys of the stack's own functions, by name."""
    machines: Mapping[str, str]
    """The substitutions that hold the ARNs of state machines of elsewhere, by what the plan calls them."""
    keeping: Mapping[str, str]
    """Variables of the flow's own that keep failures while they are handled, by step; others are kept in the user's."""
    at: str = ""
    """The flow's own step whose on_error these steps are."""
    handled: str = ""
    """The variable that keeps the failure that these steps handle."""

    def with_saved(self, *names: str | None) -> Scope:
        """Return the scope after a step that saved these."""
        new = (name for name in names if name and name not in self.saved)
        return replace(self, saved=(*self.saved, *new))

    def within(self, failed: str) -> Scope:
        """Return the scope of a branch or an item: what is there outside is there too."""
        return replace(self, failed=failed, top=False, at="", handled="")

    def handling(self, step: str, failure: str) -> Scope:
        """Return the scope of the steps of a step's on_error; the variable keeps its failure."""
        return replace(self, at=(self.at or step) if self.top else "", handled=failure)

    @property
    def document(self) -> Expression:
        """The execution's input with all that was saved, by name: what steps are given, and what comes of the flow."""
        saved = ", ".join(f'"{name}": ${name}' for name in self.saved)
        parts = ["$input", *([f"{{{saved}}}"] if saved else [])]
        parts += [f'${name} = null ? {{}} : {{"{name}": ${name}}}' for name in self.failures if name not in self.saved]
        return Expression(f"$merge([{', '.join(parts)}])" if len(parts) > 1 else "$input")
