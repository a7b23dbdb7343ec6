"""Write a template's data as readable YAML.

Block style, and flow style for short values; literal blocks for expressions over several lines; short tags for
intrinsic functions; no anchors, no nulls. The text does not depend on the installed YAML library. YAML 1.1 and 1.2 read
the same data from it: a scalar that they could read differently is quoted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./:*()+@=;%-]*( [A-Za-z0-9_./*()+@=;%-][A-Za-z0-9_./:*()+@=;%-]*)*(?<!:)")
_OTHER_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
_COLON = re.compile(r":( |$)")
_FLOW_LINES = 4
_EMPTY = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """The columns of an indentation level, and the maximum columns of a line in flow style."""

    indent: int
    width: int


READABLE = Style(indent=2, width=150)
COMPACT = Style(indent=1, width=1_500)
"""For templates that stay under 51,200 bytes, which CloudFormation accepts without a bucket."""


def document(
    data: Mapping[str, Any], headings: Mapping[tuple[str, str], str], *, head: str, style: Style = READABLE
) -> str:
    """Return the template's text: `head` as a comment, then each section after a blank line.

    `headings` are comments before an entry of a section: `{("Resources", "AlarmTopic"): "The topic for alarms"}`.
    """
    writer = _Writer(style)
    step = " " * style.indent
    lines = [f"# {line}" for line in head.splitlines()]
    after_mapping = True
    for section, content in data.items():
        is_mapping = isinstance(content, dict)
        if is_mapping or after_mapping:
            lines.append("")
        after_mapping = is_mapping
        if not is_mapping:
            lines.append(f"{scalar(section)}: {scalar(content)}")
            continue
        lines.append(f"{scalar(section)}:")
        for key, value in content.items():
            if heading := headings.get((section, key)):
                lines += ["", f"{step}# {heading}"]
            lines += writer.entry(scalar(key), value, step)
    return "\n".join(lines).lstrip("\n") + "\n"


class _Writer:
    """Writes data in one style, line by line."""

    def __init__(self, style: Style) -> None:
        self.width = style.width
        self.step = " " * style.indent

    def entry(self, key: str, value: Any, indent: str) -> Iterator[str]:
        """Yield the lines of `key: value`."""
        tag, content = _tagged(value)
        lead = f"{indent}{key}:{tag and ' ' + tag}"
        written = self.after(lead, content, indent + self.step)
        if written is not None:
            yield from written
            return
        yield lead
        # a list starts in the column of its key, as in AWS's examples
        yield from self.block(content, indent if isinstance(content, list) and not tag else indent + self.step)

    def block(self, content: Any, indent: str) -> Iterator[str]:
        """Yield the lines of a mapping or list in block style."""
        if isinstance(content, dict):
            for key, value in content.items():
                yield from self.entry(scalar(key), value, indent)
            return
        inner_indent = indent + "  "
        for item in content:
            tag, inner = _tagged(item)
            lead = f"{indent}- {tag}".rstrip()
            written = self.after(lead, inner, inner_indent)
            if written is not None:
                yield from written
            elif tag:
                yield lead
                yield from self.block(inner, inner_indent)
            else:
                lines = self.block(inner, inner_indent)
                yield f"{lead} {next(lines)[len(inner_indent) :]}"
                yield from lines

    def after(self, lead: str, content: Any, indent: str) -> list[str] | None:
        """Return the lines of a value after `lead`: a scalar, a literal block or flow style; None for block style."""
        if isinstance(content, str) and _is_literal(content):
            return [f"{lead} |-", *(f"{indent}{line}" if line else "" for line in content.split("\n"))]
        if not isinstance(content, dict | list):
            return [f"{lead} {scalar(content)}"]
        flow = _flow(
            content, self.width - len(lead) if content else len(_EMPTY) + 1
        )  # block style has none for empty values
        if flow is not None:
            return [f"{lead} {flow}"]
        return self.filled(lead, content, indent) if isinstance(content, list) else None

    def filled(self, lead: str, items: Sequence[Any], indent: str) -> list[str] | None:
        """Return a list of short texts in flow style over a few lines, or None for others and for long lists."""
        if not all(isinstance(item, str) and len(item) < self.width // 2 for item in items):
            return None
        lines = [f"{lead} [{scalar(items[0])}"]
        for text in map(scalar, items[1:]):
            if len(lines[-1]) + len(text) + 3 > self.width:
                lines[-1] += ","
                lines.append(f"{indent}{text}")
            else:
                lines[-1] += f", {text}"
        lines[-1] += "]"
        return lines if len(lines) <= _FLOW_LINES else None


def _tagged(value: Any) -> tuple[str, Any]:
    """Return a value's short tag and content: `{"Ref": x}` is `!Ref x`. Other values have an empty tag."""
    if isinstance(value, dict) and len(value) == 1:
        ((key, content),) = value.items()
        if key == "Ref":
            return "!Ref", content
        if key == "Fn::GetAtt":
            return "!GetAtt", ".".join(content)
        if key.startswith("Fn::"):
            return "!" + key.removeprefix("Fn::"), content
    return "", value


def _flow(value: Any, room: int) -> str | None:
    """Return the value on one line of less than `room` columns; None if it needs more, or a literal block."""
    tag, content = _tagged(value)
    text = f"{tag} " if tag else ""
    if isinstance(content, dict):
        text += "{"
        for key, item in content.items():
            text += f"{'' if text[-1] == '{' else ', '}{scalar(key)}: "
            inner = _flow(item, room - len(text))
            if inner is None:
                return None
            text += inner
        text += "}"
    elif isinstance(content, list):
        text += "["
        for item in content:
            text += "" if text[-1] == "[" else ", "
            inner = _flow(item, room - len(text))
            if inner is None:
                return None
            text += inner
        text += "]"
    elif isinstance(content, str) and (len(content) >= room or _is_literal(content)):
        return None
    else:
        text += scalar(content)
    return text if len(text) < room else None


def _is_literal(text: str) -> bool:
    """Return whether a text is written as a literal block: it has several lines, and a block keeps all of it."""
    lines = text.split("\n")
    return (
        len(lines) > 1
        and lines[0][:1] not in ("", " ")
        and lines[-1] != ""
        and all(line.isprintable() and line == line.rstrip() for line in lines)
    )


def scalar(value: str | float | bool) -> str:
    """Return a scalar on one line, quoted if a YAML version would read it as another type."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)


@lru_cache(maxsize=4096)  # keys and actions repeat
def _text(value: str) -> str:
    if _PLAIN.fullmatch(value) and value.lower() not in _OTHER_WORDS and not _COLON.search(value):
        return value
    if value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, value)) + '"'


def _escaped(character: str) -> str:
    if character in '"\\\n\r\t':
        return json.dumps(character)[1:-1]
    return character if character.isprintable() else f"\\U{ord(character):08X}"
