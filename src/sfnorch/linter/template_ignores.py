"""Rules that a template ignores: `Metadata: {sfnorch: {ignore: [...]}}` of the template or of a resource.

An entry is the id of a rule, or a mapping with `rule` and `reason`. The entries of a resource apply to the findings in
that resource, those of the template to all findings. An entry that cannot be applied, or that no finding requires, is a
finding itself.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/metadata-section-structure.html
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sfnorch.findings import Finding, Severity
from sfnorch.json_values import Json, find_value
from sfnorch.linter.catalogue import find_unknown_ids
from sfnorch.linter.renamed_rules import replace_former_ids
from sfnorch.template.located import Object, Path, find_place, format_path
from sfnorch.template.reader import Source

INVALID, UNUSED = "invalid-ignore", "unused-ignore"
"""The rules about the entries themselves."""

METADATA, KEY = "sfnorch", "ignore"
_FIELDS = ("rule", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateIgnore:
    """A rule that a template ignores: in the resource at `scope`, or everywhere if `scope` is empty."""

    rule: str
    path: Path
    scope: str

    def is_match(self, finding: Finding) -> bool:
        """Return whether the finding is one that this entry ignores."""
        if finding.rule != self.rule:
            return False
        return not self.scope or finding.path == self.scope or finding.path.startswith(f"{self.scope}.")


def apply_template_ignores(source: Source, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that the template does not ignore, and those about the entries with which it ignores rules.

    The severity of `invalid-ignore` is warning, that of `unused-ignore` is info.
    """
    found = list(findings)
    wrong: list[Finding] = []
    entries = list(_read_entries(source, wrong))
    used = {entry.path for entry in entries for finding in found if entry.is_match(finding)}
    for entry in entries:
        if entry.path not in used:
            where = f" in {entry.scope.removeprefix('Resources.')}" if entry.scope else ""
            message = f"no finding of {entry.rule}{where} is left to ignore"
            wrong.append(_create_finding(source, UNUSED, entry.path, message, "remove the entry"))
    return [finding for finding in found if not any(entry.is_match(finding) for entry in entries)] + wrong


def _read_entries(source: Source, wrong: list[Finding]) -> Iterator[TemplateIgnore]:
    """Yield the valid entries; add a finding to `wrong` for each other one."""
    root = source.data
    yield from _read_list(source, ("Metadata",), "", root.find_object("Metadata"), wrong)
    for name, body in root.find_object("Resources").entries():
        metadata = body.find_object("Metadata")
        yield from _read_list(source, ("Resources", name, "Metadata"), f"Resources.{name}", metadata, wrong)


def _read_list(
    source: Source, path: Path, scope: str, metadata: Object, wrong: list[Finding]
) -> Iterator[TemplateIgnore]:
    own = metadata.find_object(METADATA)
    if KEY not in own:
        return
    path = (*path, METADATA, KEY)
    entries = own[KEY]
    if not isinstance(entries, list):
        hint = "write a list, such as [unused-permission]"
        wrong.append(_create_finding(source, INVALID, path, f"{KEY} must be a list of rules", hint))
        return
    for index, entry in enumerate(entries):
        at: Path = (*path, index)
        rule = _read_rule(source, at, entry, wrong)
        if rule is None:
            continue
        if unknown := find_unknown_ids([rule]):
            hint = f"did you mean {unknown[rule]}?" if unknown[rule] else "sfnorch lint --list-rules lists the rules"
            wrong.append(_create_finding(source, INVALID, at, f"unknown rule {rule!r}", hint))
        else:
            yield TemplateIgnore(rule=next(iter(replace_former_ids([rule]))), path=at, scope=scope)


def _read_rule(source: Source, path: Path, entry: Json, wrong: list[Finding]) -> str | None:
    """Return the id of the rule in an entry; None, with findings, if the entry has another form."""
    match entry, find_value(entry, "rule"):
        case str(), _:
            return entry
        case Object(), str(rule):
            for key, value in entry.items():
                if key not in _FIELDS:
                    near = difflib.get_close_matches(key, _FIELDS, n=1)
                    hint = f"did you mean {near[0]}?" if near else "available: rule, reason"
                    wrong.append(_create_finding(source, INVALID, (*path, key), f"unknown key {key!r}", hint))
                elif not isinstance(value, str):
                    message = f"{key} must be a text"
                    wrong.append(_create_finding(source, INVALID, (*path, key), message, "write the reason as a text"))
            return rule
    hint = "write the ID of a rule, or {rule: ID, reason: TEXT}"
    wrong.append(_create_finding(source, INVALID, path, "this entry names no rule", hint))
    return None


def _create_finding(source: Source, rule: str, path: Path, message: str, hint: str) -> Finding:
    place = find_place(source.data, path)
    return Finding(
        rule=rule,
        severity=Severity.WARNING if rule == INVALID else Severity.INFO,
        file=place.file,
        line=place.line,
        path=format_path(path),
        message=message,
        hint=hint,
    )
