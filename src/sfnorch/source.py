"""The text of a file that a user names, and the nodes of its YAML: read safely, and clear where it can't be read.

Plans and templates are both read through here; what they take of YAML (depth, aliases) and how errors speak of them is
in their Kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sfnorch.errors import SfnorchError
from sfnorch.findings import Finding

_SURROGATE = re.compile("[\ud800-\udfff]")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STARTS = {yaml.SequenceStartEvent, yaml.MappingStartEvent}
_ENDS = {yaml.SequenceEndEvent, yaml.MappingEndEvent}
_VALUES = {yaml.ScalarEvent, yaml.AliasEvent, *_STARTS}


class SourceError(SfnorchError):
    """A file whose content can't be taken: all its findings at once, each with its line."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a file is: its name in errors, its limits, and the error and hints for what is wrong with it."""

    name: str
    error: type[SourceError]
    max_bytes: int
    max_depth: int
    max_values: int
    aliases: bool
    hints: dict[str, str]
    """By `missing`, `directory`, `large`; `{path}` in them is the file's."""

    def finding(self, file: str, line: int | None, message: str, hint: str = "") -> Finding:
        """A finding about the file, under the kind's own name."""
        return Finding(rule=self.name, file=file, line=line, message=message, hint=hint)

    def hint(self, key: str, path: Path) -> str:
        """What to do about it; empty where nothing helps."""
        return self.hints.get(key, "").format(path=path)


@dataclass(frozen=True, slots=True)
class Alias:
    """A YAML alias (`*name`) and the line it stands on."""

    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Composed:
    """A document's root node, None where there is none, and the aliases in it."""

    root: yaml.Node | None
    aliases: tuple[Alias, ...]


def read_text(path: Path, kind: Kind) -> str:
    """The file's text. Raises SfnorchError for a file that can't be read, the kind's error where it isn't UTF-8."""
    try:
        with path.open("rb") as file:
            raw = file.read(kind.max_bytes + 1)
    except FileNotFoundError:
        raise SfnorchError(f"There is no {kind.name} {path}", hint=kind.hint("missing", path)) from None
    except IsADirectoryError:
        message = f"{path} is a directory, and a {kind.name} is a file"
        raise SfnorchError(message, hint=kind.hint("directory", path)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SfnorchError(f"The {kind.name} {path} can't be read: {reason}") from None
    if len(raw) > kind.max_bytes:
        raise SfnorchError(f"{path} is larger than {kind.max_bytes:,} bytes", hint=kind.hint("large", path))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        raise kind.error([kind.finding(str(path), line, message, f"save the {kind.name} as UTF-8")]) from None


def compose(text: str, file: str, kind: Kind) -> Composed:
    """The nodes of a text. Raises the kind's error where it isn't YAML, is too deep, or holds what the kind refuses."""
    try:
        return _look_over(text, file, kind, _Loader)
    except yaml.YAMLError:
        pass
    try:
        return _look_over(text, file, kind, yaml.SafeLoader)  # in PyYAML's own words, whatever it is built with
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        finding = kind.finding(file, mark.line + 1 if mark else None, f"this is not YAML: {error.problem}")
        raise kind.error([finding]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        finding = kind.finding(file, line, f"U+{ord(text[error.position]):04X} can't stand in YAML")
        raise kind.error([finding]) from None


def _look_over(text: str, file: str, kind: Kind, loader: Any) -> Composed:
    """The root, after a walk over the events for what would break the composer: it recurses, and has no bound."""
    depth = values = 0
    aliases: list[Alias] = []
    faults = []
    halves = "\\" in text or _SURROGATE.search(text)  # an escape can be one too
    events: Any = yaml.parse(text, Loader=loader)  # whose fields depend on the kind
    for event in events:
        which = type(event)
        if which in _VALUES:
            values += 1
            if values > kind.max_values:
                message = f"there are more than {kind.max_values:,} values up to here"
                raise kind.error([kind.finding(file, _line(event), message, "split the file")])
        if which is yaml.ScalarEvent:
            if halves and _SURROGATE.search(event.value):
                message, hint = "half a character can't stand in a text", "write the character itself"
                faults.append(kind.finding(file, _line(event), message, hint))
        elif which in _STARTS:
            depth += 1
            if depth > kind.max_depth:
                message = "lists or mappings stand within each other too deep"
                raise kind.error([kind.finding(file, _line(event), message)])
        elif which in _ENDS:
            depth -= 1
        elif which is yaml.AliasEvent:
            aliases.append(Alias(str(event.anchor), _line(event)))
            if not kind.aliases:
                hint = "write the value out where it is used"
                faults.append(kind.finding(file, _line(event), f"an alias is not taken: *{event.anchor}", hint))
    if faults:
        raise kind.error(faults)
    return Composed(yaml.compose(text, Loader=loader), tuple(aliases))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
