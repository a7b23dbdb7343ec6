"""The effective plan as YAML with the origins of its values, and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import yaml

from sfnorch.app.effective_plan import EffectivePlan
from sfnorch.cfn.yaml_text import format_scalar, is_block_text
from sfnorch.json_values import Json, walk_values
from sfnorch.plan.paths import Path, format_path
from sfnorch.plan.scalars import Decimal
from sfnorch.printable import make_printable, make_printable_line

if TYPE_CHECKING:
    from sfnorch.documents.plans import OriginData, PlanDocument, SettingsData
    from sfnorch.plan.composition.tree import Node
    from sfnorch.plan.places import Place

_LONGEST_FLOW = 80
"""The maximum characters of a list on one line."""

_SETTINGS = ("account", "region", "profile", "role_arn", "s3_bucket", "job_name", "job_suffix")
"""The deployment settings at the beginning, beside the name of the stack and the parameters."""

_JOB_KEYS = (("jobs",), ("jobs", "name"), ("glue_job",))
"""The keys of names of Glue jobs, without indexes: the last one or two of a path."""


def convert_effective_plan(plan: EffectivePlan) -> PlanDocument:
    """Return the effective plan as data."""
    return {
        "file": plan.file,
        "environment": plan.environment.name if plan.environment else None,
        "settings": _convert_settings(plan),
        "plan": dict(plan.data),
        "origins": {format_path(path): _convert_place(place) for path, place in plan.origins.items() if path},
        "removed": [_convert_place(place) for place in plan.removed],
    }


def _convert_settings(plan: EffectivePlan) -> SettingsData | None:
    if plan.environment is None:
        return None
    settings = plan.environment.settings
    return {
        "stackName": plan.environment.stack_name,
        "account": settings.account,
        "region": settings.region,
        "profile": settings.profile,
        "roleArn": settings.role_arn,
        "s3Bucket": settings.s3_bucket,
        "parameters": dict(settings.parameters),
        "jobNames": dict(plan.job_names),
    }


def _convert_place(place: Place) -> OriginData:
    return {"file": place.file, "line": place.line, "path": format_path(place.path)}


def format_effective_plan(plan: EffectivePlan) -> str:
    """Return the effective plan as YAML, which is a valid plan.

    Comments at the beginning have the deployment settings. A value that is not in the plan's file at the same path has
    a comment with its origin.
    """
    comments = dict(_list_comments(plan))
    heading = "".join(f"{line}\n" for line in _describe_environment(plan))
    return heading + format_plan(plan.data, comments)


def _describe_environment(plan: EffectivePlan) -> Iterator[str]:
    """Yield comments about the environment, its deployment settings with their origins, and what it removes."""
    if plan.environment is None:
        return
    settings, node = plan.environment.settings, plan.environment.node
    yield f"# Effective plan of {make_printable_line(plan.file)} in the environment {plan.environment.name}"
    values = {"stack_name": plan.environment.stack_name}
    values |= {name: value for name in _SETTINGS if (value := getattr(settings, name))}
    for name, value in values.items():
        yield f"# {name}: {_format_value(value)}  # {_describe_node(plan, node.get(name))}"
    if settings.parameters:
        yield "# parameters:"
        written = node.members["parameters"].members
        for name, value in settings.parameters.items():
            yield f"#   {_format_value(name)}: {_format_value(value)}  # {_describe_node(plan, written.get(name))}"
    for place in plan.removed:
        yield f"# removed: {_describe_place(plan, place)}"
    yield ""


def _describe_node(plan: EffectivePlan, node: Node | None) -> str:
    return _describe_place(plan, node.place) if node else "default"


def _list_comments(plan: EffectivePlan) -> Iterator[tuple[Path, str]]:
    """Yield the comment of each value that needs one: of a scalar, of an empty value, or of a whole list of scalars."""
    whole: set[Path] = set()
    for path, value in walk_values(dict(plan.data)):
        place = plan.origins.get(path)
        if place is None or (value and isinstance(value, dict)):
            continue
        if value and isinstance(value, list):
            if not _is_whole(plan, path, place, value):
                continue
            whole.add(path)
        origin = "" if path[:-1] in whole else _describe_origin(plan, path, place)
        if text := "; ".join(filter(None, (origin, _describe_renaming(plan, path, value)))):
            yield path, text


def _is_whole(plan: EffectivePlan, path: Path, place: Place, items: list[Json]) -> bool:
    """Return whether a list has only scalars, which are one list in a file too."""
    return all(
        not isinstance(item, list | dict)
        and (written := plan.origins.get((*path, index))) is not None
        and (written.file, written.path) == (place.file, (*place.path, index))
        for index, item in enumerate(items)
    )


def _describe_origin(plan: EffectivePlan, path: Path, place: Place) -> str:
    """Return the origin of a value; empty for a value of the plan's file at the same path."""
    if place.file != plan.file:
        return _describe_place(plan, place, own=path)
    return "" if _is_own(path, place.path) else _describe_place(plan, place)


def _describe_place(plan: EffectivePlan, place: Place, own: Path | None = None) -> str:
    """Return the path, the file and the line of a place: no file for that of the plan, no path for the `own` one."""
    if not place.path:  # the children of a plan without children
        return "default"
    file = make_printable_line(place.file) if place.file != plan.file else ""
    path = "" if own is not None and _is_own(own, place.path) else make_printable_line(format_path(place.path))
    return ", ".join(filter(None, (path, file, f"line {place.line}")))


def _is_own(path: Path, written: Path) -> bool:
    """Return whether a value has the path in its file. Items of a list can have moved.

    The name of a job, of a step or of a child can be the whole item in the file.
    """
    keys, own_keys = _remove_indexes(path), _remove_indexes(written)
    return keys == own_keys or keys == (*own_keys, "name")


def _remove_indexes(path: Path) -> Path:
    return tuple(step for step in path if isinstance(step, str))


def _describe_renaming(plan: EffectivePlan, path: Path, value: Json) -> str:
    """Return what renames a Glue job in the environment; empty for other values."""
    keys = _remove_indexes(path)
    if plan.environment is None or not isinstance(value, str):
        return ""
    node = plan.environment.node
    setting = node.get("job_name") or node.get("job_suffix")
    if setting is None:
        return ""
    where = _describe_place(plan, setting.place)
    if keys == ("allowed_jobs",):
        return f"renamed by {where}" if not value.endswith("*") else ""
    if keys[-1:] not in _JOB_KEYS and keys[-2:] not in _JOB_KEYS:
        return ""
    before = next((name for name, renamed in plan.job_names.items() if renamed == value), None)
    return "" if before is None else f"renamed from {make_printable_line(before)} by {where}"


def format_plan(data: Mapping[str, Json], comments: Mapping[Path, str]) -> str:
    """Return the data of a plan as YAML with comments, by the paths of the values that they follow."""
    writer = _PlanWriter(comments)
    writer.write_mapping(dict(data), (), "")
    return "".join(f"{line}\n" for line in writer.lines)


class _PlanWriter:
    """Writes a plan as lines of YAML: one line for each value, and lists of short values on one line."""

    def __init__(self, comments: Mapping[Path, str]) -> None:
        self._comments = comments
        self.lines: list[str] = []

    def write_mapping(self, data: Mapping[str, Json], path: Path, indent: str) -> None:
        for key, value in data.items():
            self._write(f"{indent}{_format_value(key)}:", value, (*path, key), indent)

    def _write(self, lead: str, value: Json, path: Path, indent: str) -> None:
        """Write a value after `lead`, whose key has this indent."""
        flow = self._format_flow(value, path)
        if flow is not None:
            self._add(f"{lead} {flow}", path)
            return
        match value:
            case str() if _is_block(value):
                self._add(f"{lead} |-", path)
                self.lines += [f"{indent}  {line}" if line else "" for line in value.split("\n")]
            case dict():
                self.lines.append(lead)
                self.write_mapping(value, path, f"{indent}  ")
            case list():
                self._add(lead, path)
                for index, item in enumerate(value):
                    self._write_item(item, (*path, index), f"{indent}  ")

    def _write_item(self, item: Json, path: Path, indent: str) -> None:
        if self._format_flow(item, path) is not None or isinstance(item, str):
            self._write(f"{indent}-", item, path, indent)
            return
        first = len(self.lines)
        if isinstance(item, dict):
            self.write_mapping(item, path, f"{indent}  ")
        elif isinstance(item, list):
            for index, inner in enumerate(item):
                self._write_item(inner, (*path, index), f"{indent}  ")
        self.lines[first] = f"{indent}- {self.lines[first].lstrip()}"

    def _add(self, line: str, path: Path) -> None:
        comment = self._comments.get(path)
        self.lines.append(f"{line}  # {comment}" if comment else line)

    def _format_flow(self, value: Json, path: Path) -> str | None:
        """Return a value on one line; None for a value that needs more, or whose parts need comments."""
        match value:
            case str() if _is_block(value):
                return None
            case dict():
                return None if value else "{}"
            case list():
                if any(isinstance(item, list | dict) or _is_block(item) for item in value):
                    return None
                if any((*path, index) in self._comments for index in range(len(value))):
                    return None
                text = f"[{', '.join(map(_format_value, value))}]"
                return text if len(text) <= _LONGEST_FLOW or not value else None
        return _format_value(value)


def _is_block(value: Json) -> bool:
    """Return whether a value is written as a block of lines, which are as they are printed."""
    return isinstance(value, str) and make_printable(value) == value and is_block_text(value)


def _format_value(value: Json) -> str:
    """Return a scalar on one line, as a plan reads it again."""
    match value:
        case None:
            return "null"
        case Decimal():
            return value
        case str() if make_printable(value) != value:  # only escapes survive the output
            return yaml.safe_dump(value, default_style='"', allow_unicode=False, width=len(value) * 10).rstrip("\n")
    return format_scalar(value)
