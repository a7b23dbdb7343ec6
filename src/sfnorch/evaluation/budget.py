"""The limits of one evaluation of an expression: steps, depth, sizes of values, and memory.

Work is counted before it is done, so a result does not depend on the speed of the machine. AWS documents no such limits
for an expression (assumed: AWS evaluates nothing that exceeds these limits). It documents a limit of 256 KiB for the
input and output of a state, and for a variable.
https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

from __future__ import annotations

import sys
from pathlib import Path

from jsonata.jexception import JException
from jsonata.utils import Utils

if sys.platform != "win32":
    import resource

MOST_STEPS = 1_000_000
"""The maximum number of expression nodes that one evaluation can visit; work within a function also counts as steps."""

MOST_DEPTH = 1_000
"""The maximum depth of nested evaluations. Python's stack ends soon after, at a depth that depends on its version."""

MOST_BYTES = 48 * 2**20
"""The maximum number of bytes that one operation can create: 192 times the maximum output of a state."""

MOST_VALUES = 2_000_000
"""The maximum number of values in expanded lists and objects; 32 characters of a text count as one value."""

MOST_MEMORY = 128 * 2**20
"""The maximum growth of the process's memory during one evaluation, in bytes."""

BYTES_PER_STEP = 4_096
"""The number of bytes that are copied in about the time of a step."""

VALUES_PER_STEP = 8
"""The number of values that are walked in about the time of a step."""

RECURSION = "its recursion or nesting is too deep for a simulation; write a loop as a tail call, $map or $reduce"
CHARACTERS_PER_VALUE = 32
"""The number of characters of a text that count as one value."""

_STEPS_PER_LOOK = 4_096
_BYTES_PER_LOOK = 8 * 2**20
_MOST_SIZES = 20_000


class CountedObject(dict[str, object]):
    """An object that an expression creates. It stores its size."""

    values_within: int


_SIZED = (CountedObject, Utils.JList)
"""The library's lists and objects, which do not change after they are created."""


class BudgetError(JException):  # type: ignore[misc]  # the library has no types
    """An evaluation exceeds a limit. This is a subclass of the library's error, so that the library lets it pass."""

    def __init__(self, message: str) -> None:
        RuntimeError.__init__(self, message)
        self.error = ""
        self.location = -1
        self.current = self.expected = self.extra = self.type = self.remaining = None


class Budget:
    """Counts the work of an evaluation. Each method raises LimitError if the evaluation exceeds a limit."""

    def __init__(self, most_steps: int = MOST_STEPS) -> None:
        self.most_steps = most_steps
        self.steps = self.depth = self.made = 0
        self._next_look = min(_STEPS_PER_LOOK, most_steps + 1)
        self._made_at_look = 0
        self._memory = -1
        """The memory at the first look; little is created before it, and most evaluations end without a look."""
        self._sizes: dict[int, tuple[object, int]] = {}

    def count_steps(self, count: int = 1) -> None:
        """Count steps."""
        self.steps += count
        if self.steps >= self._next_look:
            self._check_limits()

    def enter(self) -> None:
        """Count a nested evaluation. The caller lowers `depth` when it ends."""
        self.steps += 1
        if self.steps >= self._next_look:
            self._check_limits()
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise BudgetError(RECURSION)

    def count_leaves(self, count: int = 1) -> None:
        """Count nested evaluations that contain no others."""
        self.steps += count
        if self.steps >= self._next_look:
            self._check_limits()
        if self.depth >= MOST_DEPTH:
            raise BudgetError(RECURSION)

    def count_bytes(self, size: int) -> None:
        """Count the bytes that an operation is about to create."""
        if size > MOST_BYTES:
            raise BudgetError(
                f"it creates a value of about {_format_number(size)} bytes; the limit of a simulation is {MOST_BYTES:,}"
            )
        self.made += size
        self.count_steps(size // BYTES_PER_STEP)
        if self.made - self._made_at_look > _BYTES_PER_LOOK:
            self._check_limits()

    def count_values(self, value: object) -> int:
        """Count a walk over all values in a value; return their number."""
        if not isinstance(value, list | dict):
            return 1
        count = self.measure_size(value)
        self.count_steps(count // VALUES_PER_STEP)
        return count

    def measure_size(self, value: object) -> int:
        """Return the number of values in a value when all its shared parts are expanded."""
        if isinstance(value, str):
            return 1 + len(value) // CHARACTERS_PER_VALUE
        if not isinstance(value, list | dict):
            return 1
        known: int | None = getattr(value, "values_within", None)
        if known is not None:
            return known
        kept = self._sizes.get(id(value))
        if kept is not None:
            return kept[1]
        count = self.check(value)
        if not isinstance(value, _SIZED):  # JSON, which is kept so that no other value gets its id
            if len(self._sizes) >= _MOST_SIZES:
                self._sizes.clear()
            self._sizes[id(value)] = (value, count)
        return count

    def check(self, value: object) -> int:
        """Return the size of a value that was just created."""
        match value:
            case Utils.RangeList():
                count = 1 + len(value)  # does not create its numbers
            case dict():
                count = 1 + len(value) + sum(map(self.measure_size, value.values()))
            case list():
                count = 1 + sum(map(self.measure_size, value))
            case _:
                return self.measure_size(value)
        if count > MOST_VALUES:
            raise BudgetError(
                f"it creates a value that expands to more than {MOST_VALUES:,} values, the limit of a simulation"
            )
        if isinstance(value, _SIZED):
            value.values_within = count
        return count

    def _check_limits(self) -> None:
        if self.steps > self.most_steps:
            self.steps = self.most_steps + 1  # the work of this step is not done
            raise BudgetError(
                f"it takes more than {self.most_steps:,} steps, the limit of a simulation; "
                "check that its recursion ends"
            )
        self._next_look = min(self.steps + _STEPS_PER_LOOK, self.most_steps + 1)
        self._made_at_look = self.made
        memory = read_process_memory()
        if self._memory < 0:
            self._memory = memory
        if memory - self._memory > MOST_MEMORY:
            raise BudgetError(f"it takes more than {MOST_MEMORY:,} bytes of memory, the limit of a simulation")


def read_process_memory() -> int:
    """Return the memory of the process in bytes; its peak if only that is known, else 0."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096
    except (OSError, ValueError, IndexError):
        pass
    if sys.platform == "win32":
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1_024


def _format_number(number: int) -> str:
    return f"{number:,}" if number < 10**15 else "more than 10^15"


def measure_weight(value: object) -> int:
    """Return the number of bytes of a text; 0 for another value."""
    return len(value) * (1 if value.isascii() else 4) if isinstance(value, str) else 0


def count_items(value: object) -> int:
    """Return the number of items of a list or fields of an object; 0 for another value."""
    match value:
        case list() | dict():
            return len(value)
    return 0
