"""The targets of the Makefile, as its help describes them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.docs.markdown import words
from tests.docs.pages import ROOT

_ECHOED = re.compile(r'^\t@echo "(?:make (?P<target>[\w-]+))? *(?P<text>.*)"$', re.MULTILINE)


def targets() -> dict[str, str]:
    """Return what each target does that `make help` lists."""
    found: dict[str, str] = {}
    for line in _ECHOED.finditer(makefile()):
        target = line["target"] or list(found)[-1]
        found[target] = f"{found.get(target, '')} {line['text']}".strip()
    return found


def phony_targets() -> set[str]:
    """Return the targets that are no files."""
    (listed,) = re.findall(r"^\.PHONY: (.*)$", makefile(), re.MULTILINE)
    return set(listed.split())


def target_table() -> Iterator[str]:
    """Yield a table of the targets."""
    yield "| command | what it does |\n|---|---|"
    for target, text in targets().items():
        yield f"| `make {target}` | {words(text)} |"
    yield ""


def makefile() -> str:
    """Return the text of the Makefile."""
    return (ROOT / "Makefile").read_text(encoding="utf-8")
