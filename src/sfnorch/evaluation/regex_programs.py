"""A regex as a program of small instructions, compiled from the standard library's parse tree.

The parse tree defines the meaning of a pattern (groups, flags, classes). The program can run step by step. A character
class stays a pattern of the standard library, which matches one character at a time.
https://docs.python.org/3/library/re.html
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

PARSER = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")
COMPILER = importlib.import_module("re._compiler" if sys.version_info >= (3, 11) else "sre_compile")
MOST_INSTRUCTIONS = 20_000

CHARACTER, RUN, SPLIT, JUMP, SAVE, CHECK, AGAIN, LOOK, ONCE, IF_GROUP, MARK, MOVED, FAIL, MATCH = range(14)
"""The kinds of instructions; `Machine.run` executes them."""

NO_LIMIT = -1
_NO_PATTERN = re.compile("")


class Instruction(NamedTuple):
    """An instruction. What its fields mean depends on its kind.

    CHARACTER, CHECK: the pattern. RUN: the pattern of the run, its least and most characters, whether it is greedy.
    SPLIT, JUMP: the next instruction, and the other one. SAVE, MARK, MOVED: the slot. AGAIN: the group, and whether the
    case is ignored. IF_GROUP: the group, and the instruction if it has not matched. LOOK, ONCE: the instruction after
    the part, the width of a lookbehind, and whether the part must match.
    """

    kind: int
    pattern: re.Pattern[str] = _NO_PATTERN
    first: int = 0
    second: int = 0
    flag: bool = False


class ParsedNodes(Protocol):
    """A part of the parse tree: nodes, each with an operation and an argument that depends on it."""

    def __iter__(self) -> Iterator[tuple[object, Any]]:
        """Yield the nodes."""

    def __len__(self) -> int:
        """Return the number of nodes."""

    def __getitem__(self, index: int) -> tuple[object, Any]:
        """Return a node."""

    def getwidth(self) -> tuple[int, int]:
        """Return the least and the most characters that it matches."""


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
    writing = _RegexCompiler(found)
    writing.add(SAVE, first=0)
    writing.add_sequence(tree, tree.state.flags | flags)
    writing.add(SAVE, first=1)
    writing.add(MATCH)
    return found


class _RegexCompiler:
    """The compiler of one parsed pattern."""

    def __init__(self, program: RegexProgram) -> None:
        self.program = program
        self.code = program.instructions

    def add(
        self,
        kind: int,
        pattern: re.Pattern[str] = _NO_PATTERN,
        *,
        first: int = 0,
        second: int = 0,
        flag: bool = False,
    ) -> int:
        """Add an instruction; return its index."""
        if len(self.code) >= MOST_INSTRUCTIONS:
            raise RegexSizeError(f"its regex has more than {MOST_INSTRUCTIONS:,} parts when repetitions are expanded")
        self.code.append(Instruction(kind, pattern, first, second, flag))
        return len(self.code) - 1

    def add_sequence(self, nodes: ParsedNodes, flags: int) -> None:
        """Add the instructions for a sequence of nodes."""
        for operation, argument in nodes:
            self.add_node(str(operation), operation, argument, flags)

    def add_node(self, name: str, operation: object, argument: Any, flags: int) -> None:
        """Add the instructions for one node."""
        match name:
            case "LITERAL" | "NOT_LITERAL" | "IN" | "ANY" | "RANGE" | "CATEGORY":
                self.add(CHARACTER, self.compile_node(operation, argument, flags))
            case "AT":
                self.add(CHECK, self.compile_node(operation, argument, flags))
            case "BRANCH":
                self.add_branches(argument[1], flags)
            case "SUBPATTERN":
                group, more, less, inner = argument
                if group is not None:
                    self.add(SAVE, first=2 * group)
                self.add_sequence(inner, (flags | more) & ~less)
                if group is not None:
                    self.add(SAVE, first=2 * group + 1)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                self.add_repeat(name, argument, flags)
            case "ATOMIC_GROUP":
                self.add_inner(ONCE, argument, flags, wanted=True)
            case "ASSERT" | "ASSERT_NOT":
                direction, inner = argument
                width = inner.getwidth()[0] if direction < 0 else 0
                self.add_inner(LOOK, inner, flags, wanted=name == "ASSERT", width=width)
            case "GROUPREF":
                self.add(AGAIN, first=argument, flag=bool(flags & re.IGNORECASE))
            case "GROUPREF_EXISTS":
                self.add_conditional(argument, flags)
            case "FAILURE":
                self.add(FAIL)
            case _:
                raise RegexSizeError(f"its regex uses {name}, which a simulation does not support")

    def compile_node(self, operation: object, argument: object, flags: int) -> re.Pattern[str]:
        """Return one node as a pattern of the standard library."""
        return self.compile_nodes([(operation, argument)], flags)

    def compile_nodes(self, nodes: list[tuple[object, object]], flags: int) -> re.Pattern[str]:
        """Return nodes as a pattern of the standard library."""
        state = PARSER.State()
        state.flags = flags
        pattern: re.Pattern[str] = COMPILER.compile(PARSER.SubPattern(state, nodes))
        return pattern

    def add_branches(self, branches: list[ParsedNodes], flags: int) -> None:
        """Add alternatives in their order."""
        ends = []
        for index, branch in enumerate(branches):
            if index == len(branches) - 1:
                self.add_sequence(branch, flags)
                break
            split = self.add(SPLIT)
            self.add_sequence(branch, flags)
            ends.append(self.add(JUMP))
            self.code[split] = Instruction(SPLIT, first=split + 1, second=len(self.code))
        for end in ends:
            self.code[end] = Instruction(JUMP, first=len(self.code))

    def add_repeat(self, name: str, argument: Any, flags: int) -> None:
        """Add a repetition: a run of single characters, or a loop with its minimum rounds expanded."""
        least, most, inner = argument
        unbounded = most == PARSER.MAXREPEAT
        if name == "POSSESSIVE_REPEAT":
            self.add_inner(ONCE, PARSER.SubPattern(PARSER.State(), [(PARSER.MAX_REPEAT, argument)]), flags, wanted=True)
            return
        greedy = name == "MAX_REPEAT"
        if len(inner) == 1 and str(inner[0][0]) in ("LITERAL", "NOT_LITERAL", "IN", "ANY"):
            run = self.compile_nodes([(PARSER.MAX_REPEAT, (0, PARSER.MAXREPEAT, inner))], flags)
            self.add(RUN, run, first=int(least), second=NO_LIMIT if unbounded else int(most), flag=greedy)
            return
        for _ in range(least):
            self.add_sequence(inner, flags)
        if unbounded:
            mark = self.program.slots
            self.program.slots += 1
            split = self.add(SPLIT)
            self.add(MARK, first=mark)
            self.add_sequence(inner, flags)
            self.add(MOVED, first=mark)
            self.add(JUMP, first=split)
            self.code[split] = self.create_choice(greedy, split)
            return
        splits = []
        for _ in range(most - least):
            splits.append(self.add(SPLIT))
            self.add_sequence(inner, flags)
        for split in splits:
            self.code[split] = self.create_choice(greedy, split)

    def create_choice(self, greedy: bool, split: int) -> Instruction:
        """Return the split of a loop: into its body, or behind it."""
        into, behind = split + 1, len(self.code)
        first, second = (into, behind) if greedy else (behind, into)
        return Instruction(SPLIT, first=first, second=second)

    def add_inner(self, kind: int, nodes: ParsedNodes, flags: int, *, wanted: bool, width: int = 0) -> None:
        """Add a part that matches separately, without backtracking into it; it ends with MATCH."""
        start = self.add(kind)
        self.add_sequence(nodes, flags)
        self.add(MATCH)
        self.code[start] = Instruction(kind, first=len(self.code), second=width, flag=wanted)

    def add_conditional(self, argument: Any, flags: int) -> None:
        """Add a part that depends on whether a group has matched."""
        group, yes, no = argument
        start = self.add(IF_GROUP)
        self.add_sequence(yes, flags)
        end = self.add(JUMP)
        self.code[start] = Instruction(IF_GROUP, first=group, second=len(self.code))
        if no:
            self.add_sequence(no, flags)
        self.code[end] = Instruction(JUMP, first=len(self.code))
