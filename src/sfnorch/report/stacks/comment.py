"""The changes of a deployment as Markdown: for a comment on a pull request, or the summary of a build.

https://github.github.com/gfm/ [documented]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sfnorch.printable import make_printable_line
from sfnorch.report.stacks.stack import count_words, list_deleted_machines, rank_change

if TYPE_CHECKING:
    from sfnorch.app.comparing import Difference
    from sfnorch.app.deploying import DeployResult
    from sfnorch.aws.change_sets import ChangeSet

_MOST_ROWS = 100
"""A comment of GitHub has at most 65,536 characters [documented], and contains several stacks."""

_MOST_CHARACTERS = 200
_SPECIAL = re.compile(r"[^A-Za-z0-9 :/.,-]")


def format_review(result: DeployResult, link: str) -> str:
    """Return the change set that a deployment has left, with the `link` to it if there is one."""
    if result.change_set is None or result.end != "left":
        return f"{_format_heading(result.stack_name)}\n\nNothing changes.\n"
    lines = [_format_heading(result.stack_name), "", *_format_changes(result.change_set)]
    if link:
        lines += ["", f"[The change set in the AWS console]({link}): {_code(result.change_set.name)}"]
    return "\n".join(lines) + "\n"


def format_comparison(difference: Difference) -> str:
    """Return the difference between a template and the deployed stack."""
    lines = [_format_heading(difference.stack), ""]
    if difference.change_set and difference.change_set.changes:
        lines += _format_changes(difference.change_set)
    elif not difference.has_differences:
        lines.append("Nothing changes.")
    if difference.parameters:
        rows = [(name, _show(before), _show(after)) for name, (before, after) in difference.parameters.items()]
        lines += ["", *_format_table(("Parameter", "Before", "After"), rows)]
    if difference.lines:
        added = sum(line.startswith("+") and not line.startswith("+++") for line in difference.lines)
        removed = sum(line.startswith("-") and not line.startswith("---") for line in difference.lines)
        lines += ["", f"Lines of the template: {added:,} added, {removed:,} removed."]
    for text in (*difference.conflicts, *difference.notes):
        lines += ["", _escape(text)]
    return "\n".join(lines) + "\n"


def format_missing_stack(stack_name: str, message: str) -> str:
    """Return that there is no stack to compare with; `message` says where it was looked for."""
    return f"{_format_heading(stack_name)}\n\n{_escape(message)}. The first deployment creates all resources.\n"


def _format_heading(stack_name: str) -> str:
    return f"### Stack {_code(stack_name)}"


def _format_changes(change_set: ChangeSet) -> Iterator[str]:
    """Yield the lines of the table of changes, the most important ones first."""
    yield f"**{_escape(count_words(change_set.changes))}**"
    yield ""
    ordered = sorted(change_set.changes, key=rank_change, reverse=True)
    rows = [(each.kind, each.logical_id, each.type, ", ".join(each.causes)) for each in ordered[:_MOST_ROWS]]
    yield from _format_table(("Change", "Resource", "Type", "Because of"), rows)
    if (more := len(ordered) - _MOST_ROWS) > 0:
        yield ""
        yield f"And {more:,} more changes."
    for line in list_deleted_machines(change_set):
        yield ""
        yield f"**{_escape(line)}**"


def _format_table(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(titles)} |"
    yield f"|{'---|' * len(titles)}"
    for row in rows:
        yield f"| {' | '.join(map(_code, row))} |"


def _show(value: str | None) -> str:
    return "not set" if value is None else repr(value)


def _code(text: str) -> str:
    """Return the text as code, cut to a line; nothing in it is Markdown, HTML, or the mention of a person."""
    if len(text) > _MOST_CHARACTERS:
        text = f"{text[:_MOST_CHARACTERS]}..."
    return f"<code>{_escape(text)}</code>" if text else ""


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", make_printable_line(text))
