"""A regex as a program of small instructions, compiled from the standard library's parse tree.

The parse tree defines the meaning of a pattern (groups, flags, classes). The program can run step by step. A character
class stays a pattern of the standard library, which matches one character at a time.
https://docs.python.org/3/library/re.html
"""

from __future__ import annotations

import importlib
import re
import sys
from dataclasses import dataclass, field
from typing import Any

PARSER: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")
COMPILER: Any = importlib.import_module("re._compiler" if sys.version_info >= (3, 11) else "sre_compile")
MOST_INSTRUCTIONS = 20_000

CHARACTER, RUN, SPLIT, JUMP, SAVE, CHECK, AGAIN, LOOK, ONCE, IF_GROUP, MARK, MOVED, FAIL, MATCH = range(14)
"""The instructions; `Machine.run` executes them."""

Instruction = tuple[Any, ...]


class RegexSizeError(ValueError):
    """The program of a pattern is too large."""


@dataclass(slots=True)
class RegexProgram:
    """The instructions of a pattern, and the number of their slots: two per group, and the marks of loops."""

    instructions: list[Instruction] = field(default_factory=list)
    slots: int = 0


def compile_program(pattern: str, flags: int) -> RegexProgram:
    """Return the pattern's program.

    Raises re.error for an invalid pattern, RegexSizeError for a pattern that is too large.
    """
    tree = PARSER.parse(pattern, flags)
    found = RegexProgram(slots=2 * tree.state.groups)
    writing = _Writing(found, tree.state)
    writing.add(SAVE, 0)
    writing.sequence(tree, tree.state.flags | flags)
    writing.add(SAVE, 1)
    writing.add(MATCH)
    return found


class _Writing:
    """The compiler of one parsed pattern."""

    def __init__(self, program: RegexProgram, state: Any) -> None:
        self.program = program
        self.code = program.instructions
        self.state = state

    def add(self, *instruction: Any) -> int:
        """Add an instruction; return its index."""
        if len(self.code) >= MOST_INSTRUCTIONS:
            raise RegexSizeError(f"its regex has more than {MOST_INSTRUCTIONS:,} parts when repetitions are expanded")
        self.code.append(instruction)
        return len(self.code) - 1

    def sequence(self, nodes: Any, flags: int) -> None:
        """Add the instructions for a sequence of nodes."""
        for operation, argument in nodes:
            self.node(str(operation), operation, argument, flags)

    def node(self, name: str, operation: Any, argument: Any, flags: int) -> None:
        """Add the instructions for one node."""
        match name:
            case "LITERAL" | "NOT_LITERAL" | "IN" | "ANY" | "RANGE" | "CATEGORY":
                self.add(CHARACTER, self.single(operation, argument, flags))
            case "AT":
                self.add(CHECK, self.single(operation, argument, flags))
            case "BRANCH":
                self.branches(argument[1], flags)
            case "SUBPATTERN":
                group, more, less, inner = argument
                if group is not None:
                    self.add(SAVE, 2 * group)
                self.sequence(inner, (flags | more) & ~less)
                if group is not None:
                    self.add(SAVE, 2 * group + 1)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                self.repeat(name, argument, flags)
            case "ATOMIC_GROUP":
                self.inner(ONCE, argument, flags)
            case "ASSERT" | "ASSERT_NOT":
                direction, inner = argument
                width = inner.getwidth()[0] if direction < 0 else 0
                self.inner(LOOK, inner, flags, name == "ASSERT", width)
            case "GROUPREF":
                self.add(AGAIN, argument, bool(flags & re.IGNORECASE))
            case "GROUPREF_EXISTS":
                self.conditional(argument, flags)
            case "FAILURE":
                self.add(FAIL)
            case _:
                raise RegexSizeError(f"its regex uses {name}, which a simulation does not support")

    def single(self, operation: Any, argument: Any, flags: int) -> Any:
        """Return one node as a pattern of the standard library."""
        return self.compiled([(operation, argument)], flags)

    def compiled(self, nodes: list[Any], flags: int) -> Any:
        state = PARSER.State()
        state.flags = flags
        return COMPILER.compile(PARSER.SubPattern(state, nodes))

    def branches(self, branches: Any, flags: int) -> None:
        """Add alternatives in their order."""
        ends = []
        for index, branch in enumerate(branches):
            if index == len(branches) - 1:
                self.sequence(branch, flags)
                break
            split = self.add(SPLIT, 0, 0)
            self.sequence(branch, flags)
            ends.append(self.add(JUMP, 0))
            self.code[split] = (SPLIT, split + 1, len(self.code))
        for end in ends:
            self.code[end] = (JUMP, len(self.code))

    def repeat(self, name: str, argument: Any, flags: int) -> None:
        """Add a repetition: a run of single characters, or a loop with its minimum rounds expanded."""
        least, most, inner = argument
        unbounded = most == PARSER.MAXREPEAT
        if name == "POSSESSIVE_REPEAT":
            self.inner(ONCE, [(PARSER.MAX_REPEAT, argument)], flags)
            return
        greedy = name == "MAX_REPEAT"
        if len(inner) == 1 and str(inner[0][0]) in ("LITERAL", "NOT_LITERAL", "IN", "ANY"):
            run = self.compiled([(PARSER.MAX_REPEAT, (0, PARSER.MAXREPEAT, inner))], flags)
            self.add(RUN, run, int(least), None if unbounded else int(most), greedy)
            return
        for _ in range(least):
            self.sequence(inner, flags)
        if unbounded:
            mark = self.program.slots
            self.program.slots += 1
            split = self.add(SPLIT, 0, 0)
            self.add(MARK, mark)
            self.sequence(inner, flags)
            self.add(MOVED, mark)
            self.add(JUMP, split)
            self.code[split] = self.choice(greedy, split)
            return
        splits = []
        for _ in range(most - least):
            splits.append(self.add(SPLIT, 0, 0))
            self.sequence(inner, flags)
        for split in splits:
            self.code[split] = self.choice(greedy, split)

    def choice(self, greedy: bool, split: int) -> Instruction:
        """Return the split of a loop: into its body, or behind it."""
        into, behind = split + 1, len(self.code)
        return (SPLIT, into, behind) if greedy else (SPLIT, behind, into)

    def inner(self, kind: int, nodes: Any, flags: int, *more: Any) -> None:
        """Add a part that matches separately, without backtracking into it; it ends with MATCH."""
        start = self.add(kind, 0)
        self.sequence(nodes, flags)
        self.add(MATCH)
        self.code[start] = (kind, len(self.code), *more)

    def conditional(self, argument: Any, flags: int) -> None:
        """Add a part that depends on whether a group has matched."""
        group, yes, no = argument
        start = self.add(IF_GROUP, 0, 0)
        self.sequence(yes, flags)
        end = self.add(JUMP, 0)
        self.code[start] = (IF_GROUP, group, len(self.code))
        if no:
            self.sequence(no, flags)
        self.code[end] = (JUMP, len(self.code))
