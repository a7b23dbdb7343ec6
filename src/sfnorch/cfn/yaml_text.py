"""Write a template's data as readable YAML.

Block style, and flow style for short values; literal blocks for expressions over several lines; short tags for
intrinsic functions; no anchors, no nulls. The text does not depend on the installed YAML library. YAML 1.1 and 1.2 read
the same data from it: a scalar that they could read differently is quoted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from sfnorch.json_values import Json, read_strings

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./:*()+@=;%-]*( [A-Za-z0-9_./*()+@=;%-][A-Za-z0-9_./:*()+@=;%-]*)*(?<!:)")
_OTHER_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
_COLON = re.compile(r":( |$)")
_FLOW_LINES = 4
_EMPTY = "{}"


class Style(NamedTuple):
    """The columns of an indentation level, and the maximum columns of a line in flow style."""

    indent: int
    width: int


READABLE = Style(indent=2, width=150)
COMPACT = Style(indent=1, width=1_500)
"""For templates that stay under 51,200 bytes, which CloudFormation accepts without a bucket."""


def format_document(
    data: Mapping[str, Json], headings: Mapping[tuple[str, str], str], *, head: str, style: Style = READABLE
) -> str:
    """Return the template's text: `head` as a comment, then each section after a blank line.

    `headings` are comments before an entry of a section: `{("Resources", "AlarmTopic"): "The topic for alarms"}`.
    """
    step = " " * style.indent
    lines = [f"# {line}" for line in head.splitlines()]
    writer = _Writer(style, lines)
    after_mapping = True
    for section, content in data.items():
        match content:
            case dict():
                lines += ["", f"{format_scalar(section)}:"]
                for key, value in content.items():
                    if heading := headings.get((section, key)):
                        lines += ["", f"{step}# {heading}"]
                    writer.write_entry(format_scalar(key), value, step)
                after_mapping = True
            case _:
                lines += [*([""] if after_mapping else []), f"{format_scalar(section)}: {format_scalar(content)}"]
                after_mapping = False
    return "\n".join(lines).lstrip("\n") + "\n"


class _Writer:
    """Writes data in one style, to the end of `lines`."""

    def __init__(self, style: Style, lines: list[str]) -> None:
        self.width = style.width
        self.step = " " * style.indent
        self.lines = lines

    def write_entry(self, key: str, value: Json, indent: str) -> None:
        """Write `key: value`."""
        tag, content = _split_tag(value)
        lead = f"{indent}{key}:{tag and ' ' + tag}"
        if not self.write_after(lead, content, indent + self.step):
            self.lines.append(lead)
            # a list starts in the column of its key, as in AWS's examples
            self.write_block(content, indent if isinstance(content, list) and not tag else indent + self.step)

    def write_block(self, content: Json, indent: str) -> None:
        """Write a mapping or list in block style."""
        match content:
            case dict():
                for key, value in content.items():
                    self.write_entry(format_scalar(key), value, indent)
            case list():
                self.write_items(content, indent)

    def write_items(self, items: list[Json], indent: str) -> None:
        """Write a list in block style."""
        inner_indent = indent + "  "
        for item in items:
            tag, inner = _split_tag(item)
            lead = f"{indent}- {tag}".rstrip()
            if self.write_after(lead, inner, inner_indent):
                continue
            if tag:
                self.lines.append(lead)
                self.write_block(inner, inner_indent)
            else:
                first = len(self.lines)
                self.write_block(inner, inner_indent)
                self.lines[first] = f"{lead} {self.lines[first][len(inner_indent) :]}"

    def write_after(self, lead: str, content: Json, indent: str) -> bool:
        """Write a value after `lead`: a scalar, a literal block or flow style. Return False for block style."""
        match content:
            case dict() | list():
                # block style has none for empty values
                flow = _format_flow(content, self.width - len(lead) if content else len(_EMPTY) + 1)
                if flow is None:
                    return isinstance(content, list) and self.fill_lines(lead, content, indent)
                self.lines.append(f"{lead} {flow}")
            case str() if is_block_text(content):
                self.lines.append(f"{lead} |-")
                self.lines += [f"{indent}{line}" if line else "" for line in content.split("\n")]
            case _:
                self.lines.append(f"{lead} {format_scalar(content)}")
        return True

    def fill_lines(self, lead: str, items: list[Json], indent: str) -> bool:
        """Write a list of short texts in flow style over a few lines. Return False for others and for long lists."""
        short = [item for item in read_strings(items) if len(item) < self.width // 2]
        if len(short) < len(items):
            return False
        lines = [f"{lead} [{format_scalar(short[0])}"]
        for text in map(format_scalar, short[1:]):
            if len(lines[-1]) + len(text) + 3 > self.width:
                lines[-1] += ","
                lines.append(f"{indent}{text}")
            else:
                lines[-1] += f", {text}"
        lines[-1] += "]"
        if len(lines) > _FLOW_LINES:
            return False
        self.lines += lines
        return True


def _split_tag(value: Json) -> tuple[str, Json]:
    """Return a value's short tag and content: `{"Ref": x}` is `!Ref x`. Other values have an empty tag."""
    if isinstance(value, dict) and len(value) == 1:
        ((key, content),) = value.items()
        if key == "Ref":
            return "!Ref", content
        if key == "Fn::GetAtt":
            return "!GetAtt", ".".join(read_strings(content))
        if key.startswith("Fn::"):
            return "!" + key.removeprefix("Fn::"), content
    return "", value


def _format_flow(value: Json, room: int) -> str | None:
    """Return the value on one line of less than `room` columns; None if it needs more, or a literal block."""
    tag, content = _split_tag(value)
    text = f"{tag} " if tag else ""
    match content:
        case dict():
            text += "{"
            for key, item in content.items():
                text += f"{'' if text[-1] == '{' else ', '}{format_scalar(key)}: "
                inner = _format_flow(item, room - len(text))
                if inner is None:
                    return None
                text += inner
            text += "}"
        case list():
            text += "["
            for item in content:
                text += "" if text[-1] == "[" else ", "
                inner = _format_flow(item, room - len(text))
                if inner is None:
                    return None
                text += inner
            text += "]"
        case str() if len(content) >= room or is_block_text(content):
            return None
        case _:
            text += format_scalar(content)
    return text if len(text) < room else None


def is_block_text(text: str) -> bool:
    """Return whether a text is written as a literal block: it has several lines, and a block keeps all of it."""
    lines = text.split("\n")
    return (
        len(lines) > 1
        and lines[0][:1] not in ("", " ")
        and lines[-1] != ""
        and all(line.isprintable() and line == line.rstrip() for line in lines)
    )


def format_scalar(value: Json) -> str:
    """Return a scalar on one line, quoted if a YAML version would read it as another type."""
    match value:
        case str():
            return _quote_text(value)
        case bool():
            return "true" if value else "false"
    return repr(value)


@lru_cache(maxsize=4096)  # keys and actions repeat
def _quote_text(value: str) -> str:
    if _PLAIN.fullmatch(value) and value.lower() not in _OTHER_WORDS and not _COLON.search(value):
        return value
    if value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(map(_escape, value)) + '"'


def _escape(character: str) -> str:
    if character in '"\\\n\r\t':
        return json.dumps(character)[1:-1]
    return character if character.isprintable() else f"\\U{ord(character):08X}"
