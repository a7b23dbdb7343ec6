"""Read the text of a user's file and the nodes of its YAML safely, with clear errors.

Plans and templates are read by this module. Their Kind has the limits of their YAML (depth, aliases) and the texts of
their errors.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import yaml

from sfnorch.errors import SfnorchError
from sfnorch.findings import Finding

_SURROGATE = re.compile("[\ud800-\udfff]")
_Loader: TypeAlias = "type[yaml.CSafeLoader | yaml.SafeLoader]"
_FASTEST: _Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STARTS = {yaml.SequenceStartEvent, yaml.MappingStartEvent}
_ENDS = {yaml.SequenceEndEvent, yaml.MappingEndEvent}
_VALUES = {yaml.ScalarEvent, yaml.AliasEvent, *_STARTS}


class SourceError(SfnorchError):
    """A file with invalid content: all findings at once, each with its line."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = tuple(findings)


class SourceKind(NamedTuple):
    """The kind of a file: its name in errors, its limits, its error class, and the hints for its errors."""

    name: str
    error: type[SourceError]
    max_bytes: int
    max_depth: int
    max_values: int
    aliases: bool
    hints: dict[str, str]
    """Hints for `missing`, `directory` and `large`, in which `{path}` is the path of the file."""

    def create_finding(self, file: str, line: int | None, message: str, hint: str = "") -> Finding:
        """Return a finding about the file; its rule is the name of the kind."""
        return Finding(rule=self.name, file=file, line=line, message=message, hint=hint)

    def find_hint(self, key: str, path: Path) -> str:
        """Return the hint with this key; empty if there is none."""
        return self.hints.get(key, "").format(path=path)


class Alias(NamedTuple):
    """A YAML alias (`*name`) and its line."""

    name: str
    line: int


class ComposedDocument(NamedTuple):
    """The root node of a document, None if it is empty, and its aliases."""

    root: yaml.Node | None
    aliases: tuple[Alias, ...]


def read_text(path: Path, kind: SourceKind) -> str:
    """Return the file's text.

    Raises SfnorchError if the file cannot be read, and the error of its kind if it is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(kind.max_bytes + 1)
    except FileNotFoundError:
        raise SfnorchError(f"The {kind.name} {path} does not exist", hint=kind.find_hint("missing", path)) from None
    except IsADirectoryError:
        message = f"{path} is a directory; a {kind.name} must be a file"
        raise SfnorchError(message, hint=kind.find_hint("directory", path)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SfnorchError(f"The {kind.name} {path} cannot be read: {reason}") from None
    if len(raw) > kind.max_bytes:
        raise SfnorchError(f"{path} is larger than {kind.max_bytes:,} bytes", hint=kind.find_hint("large", path))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        raise kind.error([kind.create_finding(str(path), line, message, f"save the {kind.name} as UTF-8")]) from None


def compose(text: str, file: str, kind: SourceKind) -> ComposedDocument:
    """Return the nodes of a text. Raises the error of its kind if it is not valid YAML, or exceeds the limits."""
    try:
        return _check_and_compose(text, file, kind, _FASTEST)
    except yaml.YAMLError:
        pass
    try:
        return _check_and_compose(text, file, kind, yaml.SafeLoader)  # PyYAML's messages do not depend on libyaml
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        finding = kind.create_finding(file, mark.line + 1 if mark else None, f"this is not YAML: {error.problem}")
        raise kind.error([finding]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        finding = kind.create_finding(file, line, f"U+{ord(text[error.position]):04X} is not allowed in YAML")
        raise kind.error([finding]) from None


def _check_and_compose(text: str, file: str, kind: SourceKind, loader: _Loader) -> ComposedDocument:
    """Return the nodes of a text after a check of its events: the composer recurses, and has no limits."""
    depth = values = 0
    aliases: list[Alias] = []
    faults = []
    halves = "\\" in text or _SURROGATE.search(text)  # an escape can be one too
    for event in yaml.parse(text, Loader=loader):
        which = type(event)
        if which in _VALUES:
            values += 1
            if values > kind.max_values:
                message = f"there are more than {kind.max_values:,} values up to here"
                raise kind.error([kind.create_finding(file, _find_line(event), message, "split the file")])
        if which is yaml.ScalarEvent:
            if halves and isinstance(event, yaml.ScalarEvent) and _SURROGATE.search(event.value):
                message, hint = "a surrogate is not allowed in a string", "write the character itself"
                faults.append(kind.create_finding(file, _find_line(event), message, hint))
        elif which in _STARTS:
            depth += 1
            if depth > kind.max_depth:
                message = "lists or mappings are nested too deep"
                raise kind.error([kind.create_finding(file, _find_line(event), message)])
        elif which in _ENDS:
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            aliases.append(Alias(str(event.anchor), _find_line(event)))
            if not kind.aliases:
                hint = "write the value out where it is used"
                faults.append(
                    kind.create_finding(file, _find_line(event), f"the alias *{event.anchor} is unsupported", hint)
                )
    if faults:
        raise kind.error(faults)
    return ComposedDocument(yaml.compose(text, Loader=loader), tuple(aliases))


def _find_line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
