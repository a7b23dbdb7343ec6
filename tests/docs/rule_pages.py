"""A page for each lint rule: what it finds, why, an example with its finding, the correction, and the source."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from sfnorch.linter.catalogue import RuleEntry, list_entries
from tests.docs.pages import DOCS, ROOT

RULES = ROOT / "tests" / "golden" / "rules"
FOLDER = DOCS / "reference" / "rules"
NAVIGATION = ROOT / "mkdocs.yml"

_NAVIGATION = re.compile(r"(      # lint rules\n).*?(      # end of lint rules\n)", re.DOTALL)


def rule_pages() -> Iterator[tuple[Path, partial[str]]]:
    """Yield each page, and what makes its text."""
    yield FOLDER / "index.md", partial(_index)
    for entry in list_entries():
        yield FOLDER / f"{entry.id}.md", partial(_page, entry)


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
        "them, and `--ignore RULE` skips one. [Lint a template](../../how-to/lint.md) explains the command.\n\n"
        f"| rule | severity | what it finds |\n|---|---|---|\n{rows}"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _page(entry: RuleEntry) -> str:
    facts = f"- Severity: {entry.severity.value}\n- Why it matters: {entry.why}."
    parts = [f"# {entry.id}", f"{entry.title}.", facts]
    bad = RULES / f"{entry.id}.bad.yaml"
    if bad.exists():
        wrong, corrected = bad.read_text("utf-8"), (RULES / f"{entry.id}.mended.yaml").read_text("utf-8")
        found = (RULES / f"{entry.id}.found.txt").read_text("utf-8")
        change = "\n".join(list(difflib.unified_diff(wrong.splitlines(), corrected.splitlines(), lineterm=""))[2:])
        parts += ["## Example", f"```yaml\n{wrong.rstrip()}\n```", f"```text\n{found.rstrip()}\n```"]
        parts += ["## Correction", f"```diff\n{change}\n```"]
    parts += ["## Source", f"<{entry.source}>"]
    return "\n\n".join(parts) + "\n"
