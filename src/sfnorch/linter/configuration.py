"""The configuration file of `sfnorch lint`: templates, rules, severities and a baseline for all who lint a project.

The file is found from the working directory upward, to the root of the Git repository, as those of other linters are.
It is YAML, whose reader knows the line of each value.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from sfnorch.findings import Finding, Severity
from sfnorch.json_values import Json, find_value, read_string, read_strings
from sfnorch.linter.catalogue import find_unknown_ids
from sfnorch.linter.path_patterns import is_path_match
from sfnorch.linter.selection import RuleSelection
from sfnorch.source import SourceError, SourceKind, read_text
from sfnorch.template.located import Array, Object, format_path
from sfnorch.template.located import Path as ValuePath
from sfnorch.template.reader import parse_value

CONFIGURATION_FILE = ".sfnorch-lint.yaml"

FailOn: TypeAlias = Literal["error", "warning", "never"]
"""The lowest severity with which the exit code of `sfnorch lint` is 1."""

FAIL_ON: tuple[FailOn, ...] = get_args(FailOn)


class LintConfigurationError(SourceError):
    """An invalid configuration file: all findings at once, each with its line."""


_KIND = SourceKind(
    name="configuration file",
    error=LintConfigurationError,
    max_bytes=1_048_576,
    max_depth=20,
    max_values=100_000,
    aliases=True,
    hints={"missing": "create it, or omit --config", "directory": "specify a file in it"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredRule:
    """A rule that the configuration ignores: in the files that match a pattern, or in all files if there is none."""

    rule: str
    reason: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LintConfiguration:
    """The content of a configuration file. Patterns and the baseline are relative to its folder."""

    folder: Path = Path()
    templates: tuple[str, ...] = ()
    """Files and patterns to lint if none is specified."""
    ignored: tuple[IgnoredRule, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    """Other severities of rules, by their ids."""
    fail_on: FailOn | None = None
    baseline: Path | None = None

    def select_rules(self, file: Path | None, ignored: Collection[str] = ()) -> RuleSelection:
        """Return the selection of rules for a template, which also ignores the rules `ignored`."""
        own = {each.rule for each in self.ignored if not each.files or (file and self._is_match(file, each.files))}
        return RuleSelection(ignored=frozenset({*own, *ignored}), severities=self.severities)

    def locate_templates(self) -> tuple[Path, ...]:
        """Return the files and patterns to lint, from the working directory."""
        return tuple(Path(os.path.relpath(self.folder / pattern)) for pattern in self.templates)

    def _is_match(self, file: Path, patterns: Collection[str]) -> bool:
        try:
            parts = file.resolve().relative_to(self.folder.resolve()).parts
        except ValueError:  # a file outside of the folder
            return False
        return any(is_path_match(parts, pattern.split("/")) for pattern in patterns)


def find_configuration(folder: Path) -> Path | None:
    """Return the configuration file in the folder or in the nearest folder above it, at most to a repository's root."""
    for each in (folder, *folder.parents):
        # Path.is_file fails for a folder that cannot be searched
        if os.path.isfile(each / CONFIGURATION_FILE):  # noqa: PTH113
            return each / CONFIGURATION_FILE
        if os.path.exists(each / ".git"):  # noqa: PTH110
            return None
    return None


def read_configuration(file: Path) -> LintConfiguration:
    """Return the content of a configuration file.

    Raises SfnorchError if the file cannot be read, and LintConfigurationError, with all faults, if it is invalid.
    """
    root = parse_value(read_text(file, _KIND), str(file), _KIND)
    if root is None:
        return LintConfiguration(folder=file.parent)
    reading = _ConfigurationReading(str(file))
    if not isinstance(root, Object):
        reading.add_fault((), 1, "a configuration must be a mapping", f"available keys: {', '.join(_KEYS)}")
        raise LintConfigurationError(reading.faults)
    found = reading.read(root, file.parent)
    if reading.faults:
        raise LintConfigurationError(sorted(reading.faults, key=lambda fault: fault.line or 0))
    return found


_KEYS = ("templates", "ignore", "severity", "fail_on", "baseline")
_FIELDS = ("rule", "reason", "files")


class _ConfigurationReading:
    """The conversion of a configuration's values, which collects the faults."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Finding] = []

    def add_fault(self, path: ValuePath, line: int, message: str, hint: str = "") -> None:
        self.faults.append(
            Finding(rule="configuration", file=self.file, line=line, path=format_path(path), message=message, hint=hint)
        )

    def read(self, root: Object, folder: Path) -> LintConfiguration:
        self.refuse_unknown_keys(root, (), _KEYS)
        line = root.lines.get
        fail_on = root.get("fail_on")
        if fail_on is not None and fail_on not in FAIL_ON:
            self.add_fault(("fail_on",), line("fail_on", 1), f"must be one of {', '.join(FAIL_ON)}, got {fail_on!r}")
        baseline = read_string(root.get("baseline"))
        if root.get("baseline") is not None and not baseline:
            self.add_fault(("baseline",), line("baseline", 1), "must be the path of a file")
        return LintConfiguration(
            folder=folder,
            templates=self.read_texts(root, (), "templates"),
            ignored=self.read_ignored(root),
            severities=self.read_severities(root),
            fail_on=next((each for each in FAIL_ON if each == fail_on), None),
            baseline=folder / baseline if baseline else None,
        )

    def refuse_unknown_keys(self, value: Object, path: ValuePath, known: tuple[str, ...]) -> None:
        for key in value:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f"did you mean {near[0]}?" if near else f"available: {', '.join(known)}"
                self.add_fault(path, value.lines[key], f"unknown key {key!r}", hint)

    def read_texts(self, owner: Object, path: ValuePath, key: str) -> tuple[str, ...]:
        value = owner.get(key)
        if value is None:
            return ()
        texts = list(read_strings(value))
        if texts == value and all(texts):
            return tuple(texts)
        self.add_fault((*path, key), owner.lines[key], "must be a list of paths and patterns, such as [legacy/**]")
        return ()

    def read_ignored(self, root: Object) -> tuple[IgnoredRule, ...]:
        entries = root.get("ignore")
        if entries is None:
            return ()
        match entries:
            case Array():
                found = [self.read_entry(index, entry, line) for index, (entry, line) in enumerate(entries.list_rows())]
                return tuple(each for each in found if each)
        self.add_fault(("ignore",), root.lines["ignore"], "must be a list of rules, such as [unused-permission]")
        return ()

    def read_entry(self, index: int, entry: Json, line: int) -> IgnoredRule | None:
        path: ValuePath = ("ignore", index)
        match entry, find_value(entry, "rule"):
            case str(), _:
                self.refuse_unknown_rule(entry, path, line)
                return IgnoredRule(rule=entry)
            case Object(), str(rule):
                self.refuse_unknown_keys(entry, path, _FIELDS)
                self.refuse_unknown_rule(rule, (*path, "rule"), entry.lines["rule"])
                reason = entry.get("reason", "")
                if not isinstance(reason, str):
                    self.add_fault((*path, "reason"), entry.lines["reason"], "must be a text")
                return IgnoredRule(rule=rule, reason=str(reason), files=self.read_texts(entry, path, "files"))
        self.add_fault(path, line, "must be the ID of a rule, or {rule: ID, reason: TEXT, files: [PATTERN]}")
        return None

    def read_severities(self, root: Object) -> dict[str, Severity]:
        if root.get("severity") is None:
            return {}
        value = root.get_object("severity")
        if value is None:
            message = "must be a mapping from rules to severities, such as {permission-unknown: warning}"
            self.add_fault(("severity",), root.lines["severity"], message)
            return {}
        known = {severity.value: severity for severity in Severity}
        found = {}
        for rule, severity, line in value.list_rows():
            self.refuse_unknown_rule(rule, ("severity", rule), line)
            if read_string(severity) in known:
                found[rule] = known[read_string(severity)]
            else:
                hint = "to omit the findings, write the rule under ignore"
                message = f"must be one of {', '.join(known)}, got {severity!r}"
                self.add_fault(("severity", rule), line, message, hint)
        return found

    def refuse_unknown_rule(self, rule: str, path: ValuePath, line: int) -> None:
        for near in find_unknown_ids([rule]).values():
            hint = f"did you mean {near}?" if near else "sfnorch lint --list-rules lists the rules"
            self.add_fault(path, line, f"unknown rule {rule!r}", hint)
