"""The pages of the rules as plain text. The documentation has the same pages, with the same examples."""

from __future__ import annotations

from importlib.resources import files

from sfnorch.linter.catalogue import RuleEntry, is_cfn_lint_id

PAGES = "pages"
"""The folder of the pages of sfnorch's own rules, which `make golden` writes."""


def format_explanation(entry: RuleEntry) -> str:
    """Return the page of a rule: with an example for a rule of sfnorch, the description for a rule of cfn-lint."""
    if is_cfn_lint_id(entry.id):
        facts = f"Severity: {entry.severity.value}\nRule of: cfn-lint"
        return _join_parts(entry.id, f"{entry.title.rstrip('.')}.", f"{entry.why.rstrip('.')}.", facts, entry.source)
    page = files(__package__) / PAGES / f"{entry.id}.txt"
    return page.read_text(encoding="utf-8") if page.is_file() else build_page(entry, ())


def build_page(entry: RuleEntry, examples: tuple[str, ...]) -> str:
    """Return the page of an own rule, with examples before its source."""
    facts = f"Severity: {entry.severity.value}\nWhy it matters: {entry.why}."
    return _join_parts(entry.id, f"{entry.title}.", facts, *examples, entry.source)


def _join_parts(*parts: str) -> str:
    *others, source = parts
    return "\n\n".join([*others, f"Source: {source}"]) + "\n"
