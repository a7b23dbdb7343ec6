"""The text of a scenario file: YAML in block style, with comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from sfnorch.json_values import Json
from sfnorch.printable import make_printable

Path = tuple[str | int, ...]
Comments = Mapping[Path, Sequence[str]]
"""The lines of the comment above a value, by the path of the value."""

_INDENT = "  "
_SECTIONS = ("target", "given", "scenarios", "unreachable")
"""The keys of a file, which a blank line separates."""


def format_scenarios(
    document: Mapping[str, Json],
    *,
    header: Sequence[str] = (),
    comments: Comments | None = None,
    is_compact: bool = False,
) -> str:
    """Return the text of a scenario file. `header` has the lines of the comment at its beginning.

    `is_compact`: whether short lists and mappings, and the rows of examples, have one line each; without comments.
    """
    blocks = ["".join(f"# {line}".rstrip() + "\n" for line in header)] if header else []
    names = (*_SECTIONS, *(name for name in document if name not in _SECTIONS))
    for name in filter(document.__contains__, names):
        section: Json = {name: document[name]}
        lines = _dump(section, _CompactDumper) if is_compact else _list_lines(section, (), comments or {})
        blocks.append("".join(f"{line}\n" for line in lines))
    return "\n".join(blocks)


def _list_lines(value: Json, path: Path, comments: Comments) -> Iterator[str]:
    """Yield the lines of a value. A part without comments is written at once."""
    below = [each for each in comments if len(each) > len(path) and each[: len(path)] == path]
    if not below or not isinstance(value, (dict, list)) or not value:
        yield from _dump(value)
        return
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        at = (*path, key)
        yield from (f"# {line}".rstrip() for line in comments.get(at, ()))
        yield from _list_item_lines(key, item, at, comments)


def _list_item_lines(key: str | int, item: Json, path: Path, comments: Comments) -> Iterator[str]:
    lines = list(_list_lines(item, path, comments))
    if isinstance(key, int):
        yield f"- {lines[0]}"
        yield from (f"{_INDENT}{line}" if line else "" for line in lines[1:])
        return
    name = _dump_key(key)
    if name.startswith("?"):  # an empty or a long key
        yield from _dump({key: item})
    elif isinstance(item, (dict, list)) and item:
        yield f"{name}:"
        yield from (f"{_INDENT}{line}" if line else "" for line in lines)
    elif len(lines) == 1:
        yield f"{name}: {lines[0]}"
    else:  # a text of several lines, whose style depends on its place
        yield from _dump({key: item})


class _Dumper(yaml.SafeDumper):
    """Writes lists with an indent, as people write them, and texts of several lines as blocks."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if make_printable(text) != text:
        style = '"'  # in which hidden characters can be escapes
    elif "\n" in text.rstrip("\n") and all(line == line.rstrip() for line in text.split("\n")):
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


class _CompactDumper(_Dumper):
    """Writes a short list or mapping, and each row of a table, in one line."""

    def represent(self, data: Any) -> None:
        """Write a section, whose key always has its own line."""
        node = self.represent_data(data)
        if isinstance(node, yaml.CollectionNode):
            node.flow_style = False
        self.serialize(node)

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:
        node = super().represent_sequence(tag, sequence, flow_style)
        node.flow_style = _is_short(node) or all(
            isinstance(item, yaml.ScalarNode) and " " not in item.value for item in node.value
        )
        return node

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        node = super().represent_mapping(tag, mapping, flow_style)
        for key, value in node.value:
            if key.value == "examples":
                for row in value.value:
                    row.flow_style = True
        node.flow_style = _is_short(node)
        return node


_MOST_FLOW = 100
"""The most characters of a list or mapping in one line."""


def _is_short(node: yaml.CollectionNode) -> bool:
    return not node.value or _measure(node) <= _MOST_FLOW


def _measure(node: yaml.Node) -> int:
    """Return about how many characters the value has in one line; very many for a text of several lines."""
    if isinstance(node, yaml.MappingNode):
        if any(key.value == "name" for key, _ in node.value) and any(key.value == "expect" for key, _ in node.value):
            return _MOST_FLOW + 1
        return 2 + sum(_measure(key) + _measure(value) + 4 for key, value in node.value)
    if isinstance(node, yaml.SequenceNode):
        return 2 + sum(_measure(item) + 2 for item in node.value)
    return _MOST_FLOW + 1 if "\n" in node.value else len(node.value)


def _dump(value: Json, dumper: type[_Dumper] = _Dumper) -> list[str]:
    text = yaml.dump(
        value, Dumper=dumper, default_flow_style=False, sort_keys=False, allow_unicode=True, width=1_000_000
    )
    return text.removesuffix("...\n").rstrip("\n").split("\n") if text.rstrip("\n") else [""]


def _dump_key(key: str) -> str:
    return _dump({key: 0})[0].removesuffix(": 0")
