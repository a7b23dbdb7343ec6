"""A baseline: the findings that a project has accepted for now, in a JSON file. Only other findings are reported.

A finding is recognized by the file of its template and by a fingerprint of its rule, path and message. Lines, indexes
of lists, and the Region and partition of ARNs are not part of the fingerprint. It stays the same when a template grows,
and in another Region.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from sfnorch.errors import SfnorchError
from sfnorch.findings import Finding
from sfnorch.json_values import Json, read_mapping

VERSION = 1

_INDEX = re.compile(r"\[\d+\]")
_LINE = re.compile(r"\b(lines?) \d+")
_ARN = re.compile(r"\barn:[a-z0-9-]*:([a-z0-9-]*):[a-z0-9-]*:")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class BaselineEntry:
    """A finding in a baseline. `file` is the template, relative to the folder of the baseline."""

    file: str
    rule: str
    path: str
    message: str
    fingerprint: str

    @property
    def key(self) -> tuple[str, str]:
        """Return what the finding is recognized by."""
        return self.file, self.fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineComparison:
    """Findings, compared with a baseline: new and old ones by template, and entries without a finding."""

    new: Mapping[str, tuple[Finding, ...]]
    old: Mapping[str, tuple[Finding, ...]]
    fixed: tuple[BaselineEntry, ...]


def compute_fingerprint(finding: Finding) -> str:
    """Return what identifies the finding in its template: 32 hexadecimal digits."""
    path = _INDEX.sub("[]", finding.path)
    message = _ARN.sub(r"arn::\1::", _LINE.sub(r"\1", _INDEX.sub("[]", finding.message)))
    text = json.dumps([finding.rule, path, message])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def compare_with_baseline(
    entries: Iterable[BaselineEntry], found: Mapping[str, Sequence[Finding]], baseline: Path
) -> BaselineComparison:
    """Return which findings are new, which are in the baseline, and which entries have no finding any more.

    `found` has the findings of each template that was linted, by its file. Entries of other templates are left out.
    """
    kept = sorted(entries)
    left = Counter(entry.key for entry in kept)
    new: dict[str, list[Finding]] = {file: [] for file in found}
    old: dict[str, list[Finding]] = {file: [] for file in found}
    for file, findings in found.items():
        name = _relate_file(file, baseline)
        for finding in findings:
            key = name, compute_fingerprint(finding)
            (old if left[key] > 0 else new)[file].append(finding)
            left[key] -= 1
    linted = {_relate_file(file, baseline) for file in found}
    fixed = []
    for entry in kept:
        if entry.file in linted and left[entry.key] > 0:
            left[entry.key] -= 1
            fixed.append(entry)
    return BaselineComparison(
        new={file: tuple(findings) for file, findings in new.items()},
        old={file: tuple(findings) for file, findings in old.items()},
        fixed=tuple(fixed),
    )


def update_baseline(
    entries: Iterable[BaselineEntry], found: Mapping[str, Sequence[Finding]], baseline: Path
) -> tuple[BaselineEntry, ...]:
    """Return the entries of a new baseline: the findings, and the entries of other templates that still exist."""
    linted = {_relate_file(file, baseline) for file in found}
    kept = [entry for entry in entries if entry.file not in linted and (baseline.parent / entry.file).exists()]
    added = [
        BaselineEntry(
            file=_relate_file(file, baseline),
            rule=finding.rule,
            path=finding.path,
            message=finding.message,
            fingerprint=compute_fingerprint(finding),
        )
        for file, findings in found.items()
        for finding in findings
    ]
    return tuple(sorted([*kept, *added]))


def format_baseline(entries: Iterable[BaselineEntry]) -> str:
    """Return the text of a baseline."""
    document = {"version": VERSION, "findings": [asdict(entry) for entry in entries]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def read_baseline(path: Path) -> tuple[BaselineEntry, ...]:
    """Return the entries of a baseline. Raises SfnorchError, with all faults, if it cannot be read."""
    try:
        document: Json = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        hint = f"create it with --write-baseline {path}"
        raise SfnorchError(f"The baseline {path} does not exist", hint=hint) from None
    except OSError as error:
        raise SfnorchError(f"The baseline {path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        hint = "specify a file that --write-baseline has written"
        raise SfnorchError(f"{path} is not a baseline: invalid JSON: {error}", hint=hint) from None
    if faults := list(_find_faults(document)):
        hint = f"delete it, and write it again with --write-baseline {path}"
        raise SfnorchError("\n".join(f"{path}: {fault}" for fault in faults), hint=hint)
    return tuple(BaselineEntry(**entry) for entry in read_mapping(document)["findings"])  # type: ignore[arg-type, union-attr]


def _find_faults(document: Json) -> Iterator[str]:
    match document:
        case {"version": int(version), "findings": list(findings)} if not isinstance(version, bool):
            if version != VERSION:
                yield f"version must be {VERSION}, got {version}; it was written by another version of sfnorch"
                return
        case _:
            yield "this is not a baseline; expected an object with version and findings"
            return
    names = {each.name for each in fields(BaselineEntry)}
    for index, entry in enumerate(findings):
        values = read_mapping(entry)
        if set(values) != names or not all(isinstance(value, str) for value in values.values()):
            yield f"findings[{index}] must be an object with the texts {', '.join(sorted(names))}"


def _relate_file(file: str, baseline: Path) -> str:
    """Return the path of a template from the folder of the baseline, with slashes."""
    try:
        return Path(os.path.relpath(file, baseline.parent)).as_posix()
    except ValueError:  # on another drive of Windows
        return Path(file).as_posix()
