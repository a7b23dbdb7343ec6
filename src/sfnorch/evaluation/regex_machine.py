"""Run the program of a regex on a text in the same order as `re`, and count each step."""

from __future__ import annotations

from typing import Any

from sfnorch.evaluation import regex_programs as code
from sfnorch.evaluation.budget import Budget, BudgetError
from sfnorch.evaluation.regex_programs import Instruction, RegexProgram

Slots = list[int]
"""The start and end of each group, -1 for a group without a match; then the start positions of loop rounds."""

_INSTRUCTIONS_PER_STEP = 3
_MOST_CHOICES = 500_000
"""The maximum number of open choices of a match; each takes about a hundred bytes."""

_MOST_NESTED = 100


def find(program: RegexProgram, text: str, at: int, budget: Budget, empty_at: int = -1) -> Slots | None:
    """Return the slots of the first match at or after a position; an empty match at `empty_at` does not count.

    Raises LimitError if the search takes too many steps.
    """
    machine = _Machine(program, text, budget, empty_at)
    for start in range(at, len(text) + 1):
        slots = machine.run(0, start, [-1] * program.slots)
        if slots is not None:
            return slots
    return None


def match_at(program: RegexProgram, text: str, at: int, budget: Budget) -> Slots | None:
    """Return the slots of the match that starts at a position. Raises LimitError if it takes too many steps."""
    return _Machine(program, text, budget, -1).run(0, at, [-1] * program.slots)


class _Machine:
    """The state of one search."""

    def __init__(self, program: RegexProgram, text: str, budget: Budget, empty_at: int) -> None:
        self.code = program.instructions
        self.text = text
        self.budget = budget
        self.empty_at = empty_at
        self.nested = 0
        self.done = 0

    def count(self, work: int) -> None:
        """Count instructions. A fixed number of instructions is a step."""
        self.done += work
        if self.done >= _INSTRUCTIONS_PER_STEP:
            self.budget.step(self.done // _INSTRUCTIONS_PER_STEP)
            self.done %= _INSTRUCTIONS_PER_STEP

    def run(self, pc: int, at: int, slots: Slots) -> Slots | None:
        """Return the slots of a match from this instruction and position; None if nothing matches."""
        text, length, program = self.text, len(self.text), self.code
        choices: list[tuple[int, int, Any]] = []  # an instruction and a position to backtrack to, or a slot to restore
        while True:
            self.count(1)
            kind, *given = program[pc]
            matched = True
            if kind == code.CHARACTER:
                matched = at < length and given[0].match(text, at, at + 1) is not None
                at += 1
                pc += 1
            elif kind == code.RUN:
                after = self._run_of(given, at)
                matched = after is not None
                if after is not None:
                    first, last, greedy = after
                    if first != last:
                        step = -1 if greedy else 1
                        choices.append((pc, last + step if greedy else first + step, (first, last, step)))
                    at = last if greedy else first
                pc += 1
            elif kind == code.SPLIT:
                choices.append((given[1], at, None))
                pc = given[0]
            elif kind == code.JUMP:
                pc = given[0]
            elif kind in (code.SAVE, code.MARK):
                choices.append((-1, given[0], slots[given[0]]))
                slots[given[0]] = at
                pc += 1
            elif kind == code.CHECK:
                matched = given[0].match(text, at) is not None
                pc += 1
            elif kind == code.MOVED:
                pc += 1 if slots[given[0]] != at else 2  # an empty round ends the loop
            elif kind == code.AGAIN:
                at, matched = self._again(given, at, slots)
                pc += 1
            elif kind == code.IF_GROUP:
                pc = pc + 1 if slots[2 * given[0] + 1] >= 0 else given[1]
            elif kind in (code.LOOK, code.ONCE):
                at, matched = self._inner(kind, given, pc, at, slots, choices)
                pc = given[0]
            elif kind == code.MATCH:
                if self.nested or at != slots[0] or at != self.empty_at:
                    if self.nested:
                        slots.append(at)  # the end of the inner part
                    return slots
                matched = False
            else:
                matched = False
            if len(choices) > _MOST_CHOICES:
                raise BudgetError(f"its regex keeps more than {_MOST_CHOICES:,} choices open; use fewer repetitions")
            if not matched:
                back = self._back(choices, slots)
                if back is None:
                    return None
                pc, at = back

    def _back(self, choices: list[tuple[int, int, Any]], slots: Slots) -> tuple[int, int] | None:
        """Return the instruction and position of the last open choice."""
        while choices:
            pc, at, more = choices.pop()
            if pc < 0:
                slots[at] = more
            elif more is None:
                return pc, at
            else:
                first, last, step = more
                following = at + step
                if first <= following <= last:
                    choices.append((pc, following, more))
                return pc + 1, at
            self.count(1)
        return None

    def _run_of(self, given: list[Any], at: int) -> tuple[int, int, bool] | None:
        """Return the positions between which a run of characters can end."""
        run, least, most, greedy = given
        limit = len(self.text) if most is None else min(len(self.text), at + most)
        last = run.match(self.text, at, limit).end()
        self.count((last - at) // 16)
        return None if last - at < least else (at + least, last, greedy)

    def _again(self, given: Instruction | list[Any], at: int, slots: Slots) -> tuple[int, bool]:
        """Return the end position of a backreference, and whether the text of its group is repeated here."""
        group, ignoring_case = given
        start, end = slots[2 * group], slots[2 * group + 1]
        if start < 0 or end < 0:
            return at, False
        wanted, found = self.text[start:end], self.text[at : at + end - start]
        self.count((end - start) // 16)
        if ignoring_case:
            wanted, found = wanted.lower(), found.lower()
        return at + end - start, wanted == found

    def _inner(
        self, kind: int, given: list[Any], pc: int, at: int, slots: Slots, choices: list[tuple[int, int, Any]]
    ) -> tuple[int, bool]:
        """Match a part separately; return its end position (its start for a lookahead), and whether it matches."""
        wanted, width = (given[1], given[2]) if kind == code.LOOK else (True, 0)
        if at < width:
            return at, not wanted
        if self.nested >= _MOST_NESTED:
            raise BudgetError(f"its regex has more than {_MOST_NESTED} nested lookaheads")
        self.nested += 1
        self.count(len(slots) // 16)
        found = self.run(pc + 1, at - width, list(slots))
        self.nested -= 1
        if (found is not None) != wanted:
            return at, False
        if found is not None:
            end = found.pop()
            for index, place in enumerate(found):
                if slots[index] != place:
                    choices.append((-1, index, slots[index]))
                    slots[index] = place
            return (end if kind == code.ONCE else at), True
        return at, True
