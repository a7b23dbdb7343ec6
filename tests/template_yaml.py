"""Reading templates back: YAML 1.1 (PyYAML) and 1.2 (ruamel.yaml), with CloudFormation's short tags."""

from __future__ import annotations

from typing import Any

import ruamel.yaml
import yaml


class _Loader(yaml.SafeLoader):
    pass


def _function(tag: str, content: Any) -> dict[str, Any]:
    if tag == "Ref":
        return {"Ref": content}
    return {f"Fn::{tag}": content.split(".", 1) if tag == "GetAtt" else content}


def _tagged(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return _function(suffix, node.value)
    if isinstance(node, yaml.SequenceNode):
        return _function(suffix, loader.construct_sequence(node, deep=True))
    raise TypeError(suffix)


_Loader.add_multi_constructor("!", _tagged)


def yaml_1_1(text: str) -> Any:
    """The data as PyYAML reads it, functions in their long form."""
    return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader


def yaml_1_2(text: str) -> Any:
    """The data as ruamel.yaml reads it under YAML 1.2, functions in their long form."""
    reader = ruamel.yaml.YAML(typ="rt", pure=True)
    reader.version = (1, 2)
    return _plain(reader.load(text))


def _plain(value: Any) -> Any:
    tag = getattr(value, "tag", None)
    name = str(tag.value).removeprefix("!") if tag is not None and tag.value else ""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [_plain(item) for item in value]
        return _function(name, items) if name else items
    if isinstance(value, ruamel.yaml.comments.TaggedScalar):
        return _function(name, str(value.value))
    if isinstance(value, bool):
        return bool(value)
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    return value
