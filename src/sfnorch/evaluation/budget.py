"""What one evaluation of an expression may take: steps, depth, sizes of values, and memory.

Everything is counted before it is made or walked, so that a result does not depend on the speed of a machine. AWS
publishes no such limits for an expression (assumed: none of these ends what AWS evaluates); it publishes 256 KiB for
the input and output of a state, and for a variable.
https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from jsonata.jexception import JException
from jsonata.utils import Utils

MOST_STEPS = 1_000_000
"""Nodes of the expression that one evaluation may visit; work within a function counts as steps too."""

MOST_DEPTH = 1_000
"""Evaluations within one another. Python's own stack ends soon after, at a depth that depends on its version."""

MOST_BYTES = 48 * 2**20
"""Bytes that one operation may make: 192 times what a state may put out."""

MOST_VALUES = 2_000_000
"""Values that lists and objects hold when all that they share is written out; 32 characters of a text count as one."""

MOST_MEMORY = 128 * 2**20
"""Bytes by which the memory of the process may grow during one evaluation."""

BYTES_PER_STEP = 4_096
"""Bytes that are copied in about the time of a step."""

VALUES_PER_STEP = 8
"""Values that are walked in about the time of a step."""

RECURSION = "it calls itself, or nests, too deep for a simulation; write a loop as a tail call, $map or $reduce"
_CHARACTERS_PER_VALUE = 32
_STEPS_PER_LOOK = 4_096
_BYTES_PER_LOOK = 8 * 2**20
_MOST_SIZES = 20_000


class Fields(dict[str, Any]):
    """An object that an expression makes: it keeps its size."""

    values_within: int


_SIZED = (Fields, Utils.JList)
"""Lists and objects of the engine's own, which stay as they are once they have been made."""


class LimitError(JException):  # type: ignore[misc]  # the library has no types
    """An evaluation goes beyond a limit. It is the engine's own kind of error, so that the engine passes it on."""

    def __init__(self, message: str) -> None:
        RuntimeError.__init__(self, message)
        self.error = ""
        self.location = -1
        self.current = self.expected = self.extra = self.type = self.remaining = None


class Budget:
    """Counts what an evaluation takes. Each method raises LimitError where it goes beyond a limit."""

    def __init__(self, most_steps: int = MOST_STEPS) -> None:
        self.most_steps = most_steps
        self.steps = self.depth = self.made = 0
        self._next_look = _STEPS_PER_LOOK
        self._made_at_look = 0
        self._memory = process_memory()
        self._sizes: dict[int, tuple[Any, int]] = {}

    def step(self, count: int = 1) -> None:
        """Count steps."""
        self.steps += count
        if self.steps > self.most_steps:
            self.steps = self.most_steps + 1  # of the work that would take more, nothing is done
            raise LimitError(
                f"it takes more than {self.most_steps:,} steps, the limit of a simulation; "
                "check that its recursion ends"
            )
        if self.steps >= self._next_look:
            self._look_at_memory()

    def enter(self) -> None:
        """Count an evaluation within the one before, until `leave`."""
        self.step()
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise LimitError(RECURSION)

    def leave(self) -> None:
        """End the innermost evaluation."""
        self.depth -= 1

    def make(self, size: int) -> None:
        """Count bytes that an operation is about to make."""
        if size > MOST_BYTES:
            raise LimitError(
                f"it makes a value of about {_short(size)} bytes, and the limit of a simulation is {MOST_BYTES:,}"
            )
        self.made += size
        self.step(size // BYTES_PER_STEP)
        if self.made - self._made_at_look > _BYTES_PER_LOOK:
            self._look_at_memory()

    def walk(self, value: Any) -> int:
        """Count a walk over all values within a value; return how many there are."""
        if not isinstance(value, list | dict):
            return 1
        count = self.size(value)
        self.step(count // VALUES_PER_STEP)
        return count

    def size(self, value: Any) -> int:
        """Return how many values there are in a value when all that it shares is written out."""
        if isinstance(value, str):
            return 1 + len(value) // _CHARACTERS_PER_VALUE
        if not isinstance(value, list | dict):
            return 1
        known: int | None = getattr(value, "values_within", None)
        if known is not None:
            return known
        kept = self._sizes.get(id(value))
        if kept is not None:
            return kept[1]
        count = self.check(value)
        if not isinstance(value, _SIZED):  # JSON, which is kept so that another value never has its id
            if len(self._sizes) >= _MOST_SIZES:
                self._sizes.clear()
            self._sizes[id(value)] = (value, count)
        return count

    def check(self, value: Any) -> int:
        """Return the size of a value that was just made."""
        if isinstance(value, Utils.RangeList):
            count = 1 + len(value)  # without making its numbers
        elif isinstance(value, dict):
            count = 1 + len(value) + sum(map(self.size, value.values()))
        elif isinstance(value, list):
            count = 1 + sum(map(self.size, value))
        else:
            return self.size(value)
        if count > MOST_VALUES:
            raise LimitError(
                f"it makes a value that unfolds to more than {MOST_VALUES:,} values, the limit of a simulation"
            )
        if isinstance(value, _SIZED):
            value.values_within = count
        return count

    def _look_at_memory(self) -> None:
        self._next_look = self.steps + _STEPS_PER_LOOK
        self._made_at_look = self.made
        if process_memory() - self._memory > MOST_MEMORY:
            raise LimitError(f"it takes more than {MOST_MEMORY:,} bytes of memory, the limit of a simulation")


def process_memory() -> int:
    """Return the bytes of memory that the process has; the most that it had where only that is known, else 0."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096
    except (OSError, ValueError, IndexError):
        pass
    try:
        import resource
    except ImportError:  # Windows
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1_024


def _short(number: int) -> str:
    return f"{number:,}" if number < 10**15 else "more than 10^15"


def weight(value: Any) -> int:
    """Return how many bytes a text takes; 0 for what isn't one."""
    return len(value) * (1 if value.isascii() else 4) if isinstance(value, str) else 0
