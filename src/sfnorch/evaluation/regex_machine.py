"""Run the program of a regex on a text in the same order as `re`, and count each step."""

from __future__ import annotations

from sfnorch.evaluation import regex_programs as code
from sfnorch.evaluation.budget import Budget, BudgetError
from sfnorch.evaluation.regex_programs import Instruction, RegexProgram

Slots = list[int]
"""The start and end of each group, -1 for a group without a match; then the start positions of loop rounds."""

Choice = tuple[int, int, int, int, int]
"""An open choice: an instruction and a position to backtrack to. For the end of a run, also its first and last
position and the step between them. If the instruction is negative, a slot to restore, and its value."""

_INSTRUCTIONS_PER_STEP = 3
_INSTRUCTIONS_WITHOUT_FIRST = 3
"""The instructions that `run` counts where the first character of a pattern is another one."""

_MOST_CHOICES = 500_000
"""The maximum number of open choices of a match; each takes about a hundred bytes."""

_MOST_NESTED = 100


def find(program: RegexProgram, text: str, at: int, budget: Budget, empty_at: int = -1) -> Slots | None:
    """Return the slots of the first match at or after a position; an empty match at `empty_at` does not count.

    Raises LimitError if the search takes too many steps.
    """
    machine = _RegexSearch(program, text, budget, empty_at)
    start = machine.skip_to_first(at)
    while start <= len(text):
        slots = machine.run(0, start, [-1] * program.slots)
        if slots is not None:
            return slots
        start = machine.skip_to_first(start + 1)
    return None


def match_at(program: RegexProgram, text: str, at: int, budget: Budget) -> Slots | None:
    """Return the slots of the match that starts at a position. Raises LimitError if it takes too many steps."""
    return _RegexSearch(program, text, budget, -1).run(0, at, [-1] * program.slots)


class _RegexSearch:
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
            self.budget.count_steps(self.done // _INSTRUCTIONS_PER_STEP)
            self.done %= _INSTRUCTIONS_PER_STEP

    def skip_to_first(self, at: int) -> int:
        """Return the first position from which a match can start, by its first two characters; counts as `run` does."""
        first, second = self.code[1:3]
        if first.kind != code.CHARACTER:
            return at
        work, text = 0, self.text
        while found := first.pattern.search(text, at):
            start = found.start()
            work += _INSTRUCTIONS_WITHOUT_FIRST * (start - at)
            if second.kind != code.CHARACTER or second.pattern.match(text, start + 1, start + 2):
                self.count(work)
                return start
            work += _INSTRUCTIONS_WITHOUT_FIRST + 1
            at = start + 1
        self.count(work + _INSTRUCTIONS_WITHOUT_FIRST * max(0, len(text) + 1 - at))
        return len(text) + 1

    def run(self, pc: int, at: int, slots: Slots) -> Slots | None:
        """Return the slots of a match from this instruction and position; None if nothing matches."""
        text, length, program = self.text, len(self.text), self.code
        choices: list[Choice] = []
        while True:
            self.done += 1
            if self.done >= _INSTRUCTIONS_PER_STEP:
                self.count(0)
            instruction = program[pc]
            kind, pattern, first, second, _ = instruction
            matched = True
            if kind == code.CHARACTER:
                matched = at < length and pattern.match(text, at, at + 1) is not None
                at += 1
                pc += 1
            elif kind == code.RUN:
                after = self._count_repeats(instruction, at)
                matched = after is not None
                if after is not None:
                    first, last, greedy = after
                    if first != last:
                        step = -1 if greedy else 1
                        choices.append((pc, last + step if greedy else first + step, first, last, step))
                    at = last if greedy else first
                pc += 1
            elif kind == code.SPLIT:
                choices.append((second, at, 0, 0, 0))
                pc = first
            elif kind == code.JUMP:
                pc = first
            elif kind in (code.SAVE, code.MARK):
                choices.append((-1, first, slots[first], 0, 0))
                slots[first] = at
                pc += 1
            elif kind == code.CHECK:
                matched = pattern.match(text, at) is not None
                pc += 1
            elif kind == code.MOVED:
                pc += 1 if slots[first] != at else 2  # an empty round ends the loop
            elif kind == code.AGAIN:
                at, matched = self._match_backreference(instruction, at, slots)
                pc += 1
            elif kind == code.IF_GROUP:
                pc = pc + 1 if slots[2 * first + 1] >= 0 else second
            elif kind in (code.LOOK, code.ONCE):
                at, matched = self._match_inner(instruction, pc, at, slots, choices)
                pc = first
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
                back = self._backtrack(choices, slots)
                if back is None:
                    return None
                pc, at = back

    def _backtrack(self, choices: list[Choice], slots: Slots) -> tuple[int, int] | None:
        """Return the instruction and position of the last open choice."""
        while choices:
            pc, at, first, last, step = choices.pop()
            if pc < 0:
                slots[at] = first
            elif not step:
                return pc, at
            else:
                following = at + step
                if first <= following <= last:
                    choices.append((pc, following, first, last, step))
                return pc + 1, at
            self.count(1)
        return None

    def _count_repeats(self, run: Instruction, at: int) -> tuple[int, int, bool] | None:
        """Return the positions between which a run of characters can end."""
        limit = len(self.text) if run.second == code.NO_LIMIT else min(len(self.text), at + run.second)
        found = run.pattern.match(self.text, at, limit)
        last = found.end() if found else at
        self.count((last - at) // 16)
        return None if last - at < run.first else (at + run.first, last, run.flag)

    def _match_backreference(self, reference: Instruction, at: int, slots: Slots) -> tuple[int, bool]:
        """Return the end position of a backreference, and whether the text of its group is repeated here."""
        start, end = slots[2 * reference.first], slots[2 * reference.first + 1]
        if start < 0 or end < 0:
            return at, False
        wanted, found = self.text[start:end], self.text[at : at + end - start]
        self.count((end - start) // 16)
        if reference.flag:
            wanted, found = wanted.lower(), found.lower()
        return at + end - start, wanted == found

    def _match_inner(
        self, part: Instruction, pc: int, at: int, slots: Slots, choices: list[Choice]
    ) -> tuple[int, bool]:
        """Match a part separately; return its end position (its start for a lookahead), and whether it matches."""
        wanted, width = part.flag, part.second
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
                    choices.append((-1, index, slots[index], 0, 0))
                    slots[index] = place
            return (end if part.kind == code.ONCE else at), True
        return at, True
