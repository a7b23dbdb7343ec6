"""A page for each lint rule: what it finds, why, an example with its finding, the correction, and the source."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sfnorch.linter.catalogue import RuleEntry, list_entries
from sfnorch.linter.explanations import PAGES, build_page
from tests.docs.pages import DOCS, ROOT

RULES = ROOT / "tests" / "golden" / "rules"
FOLDER = DOCS / "reference" / "rules"
TEXTS = ROOT / "src" / "sfnorch" / "linter" / PAGES
NAVIGATION = ROOT / "mkdocs.yml"

_NAVIGATION = re.compile(r"(      # lint rules\n).*?(      # end of lint rules\n)", re.DOTALL)


def rule_pages() -> Iterator[tuple[Path, partial[str]]]:
    """Yield each page, and what makes its text: for the documentation, and as text for `sfnorch lint --explain`."""
    yield FOLDER / "index.md", partial(_index)
    for entry in list_entries():
        yield FOLDER / f"{entry.id}.md", partial(_page, entry)
        yield TEXTS / f"{entry.id}.txt", partial(_text, entry)


def navigation() -> str:
    """Return mkdocs.yml with the pages of all rules."""
    lines = "".join(f"          - {entry.id}: reference/rules/{entry.id}.md\n" for entry in list_entries())
    text = NAVIGATION.read_text(encoding="utf-8")
    return _NAVIGATION.sub(lambda part: part[1] + lines + part[2], text)


def _index() -> str:
    rows = "".join(
        f"| [{entry.id}]({entry.id}.md) | {entry.severity.value} | {_cell(entry.title)} |\n" for entry in list_entries()
    )
    return (
        "# Lint rules\n\n`sfnorch lint` runs these rules, and the rules of cfn-lint. `sfnorch lint --list-rules` prints "
        "them, `--explain RULE` prints a page, and `--ignore RULE` skips a rule. [Lint a template](../../how-to/lint.md) explains the command.\n\n"
        f"| rule | severity | what it finds |\n|---|---|---|\n{rows}"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _page(entry: RuleEntry) -> str:
    facts = f"- Severity: {entry.severity.value}\n- Why it matters: {entry.why}."
    parts = [f"# {entry.id}", f"{entry.title}.", facts]
    if example := _read_example(entry):
        parts += ["## Example", f"```yaml\n{example.template}\n```", f"```text\n{example.found}\n```"]
        parts += ["## Correction", f"```diff\n{example.change}\n```"]
    parts += ["## Source", f"<{entry.source}>"]
    return "\n\n".join(parts) + "\n"


def _text(entry: RuleEntry) -> str:
    example = _read_example(entry)
    if example is None:
        return build_page(entry, ())
    parts = ("Example", example.template, "Finding", example.found, "Correction", example.change)
    titled = [f"{title}:\n\n{_indent(text)}" for title, text in zip(parts[::2], parts[1::2], strict=True)]
    return build_page(entry, tuple(titled))


def _indent(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.splitlines())


@dataclass(frozen=True)
class _Example:
    """A template with one finding of a rule, what is found in it, and the change that corrects it."""

    template: str
    found: str
    change: str


def _read_example(entry: RuleEntry) -> _Example | None:
    bad = RULES / f"{entry.id}.bad.yaml"
    if not bad.exists():
        return None
    wrong, corrected = bad.read_text("utf-8"), (RULES / f"{entry.id}.mended.yaml").read_text("utf-8")
    found = (RULES / f"{entry.id}.found.txt").read_text("utf-8")
    change = "\n".join(list(difflib.unified_diff(wrong.splitlines(), corrected.splitlines(), lineterm=""))[2:])
    return _Example(wrong.rstrip(), found.rstrip(), change)
