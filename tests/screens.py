"""Screens as tests compare them: what AWS makes up, times and ids, in a fixed form, and no blanks at line ends.

A terminal's screen is what stands on it in the end, whatever was shown and erased before.
"""

from __future__ import annotations

import re

_MADE_UP = (
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b"), "DATE TIME"),
    (re.compile(r"(?m)^\d\d:\d\d:\d\d\b"), "HH:MM:SS"),
    (re.compile(r"(?<=:)\d{12}(?=:)"), "ACCOUNT"),
    (re.compile(r"(sfnorch-)[0-9a-f]{16}-[0-9a-f]{8}\b"), r"\g<1>DIGEST-NONCE"),
    (re.compile(r"-[0-9A-F]{13}\b"), "-RANDOM"),
    (re.compile(r"jr_[0-9a-f]{32}\b"), "jr_ID"),
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"), "UUID"),
)


def plain(text: str) -> str:
    """The screen in its fixed form."""
    for pattern, form in _MADE_UP:
        text = pattern.sub(form, text)
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


_BAR = re.compile(r"^(.*?) +[█░─┊ ]*█[█░─┊]*[█░─┊ ]* (\d\S*) +([A-Z_]+)(?: +(.*))?$", re.M)
_AXIS = re.compile(r"^(\d{4}-\d\d-\d\d \S+)? +\d\d:\d\d[\d: ]*\n", re.M)


def plain_tree(text: str) -> str:
    """The tree in its fixed form, with the words of each row in place of its bar."""
    text = _AXIS.sub("", "".join(f"{line.rstrip()}\n" for line in text.splitlines()))
    rows = _BAR.sub(lambda row: f"{row[1]} {row[3]}  {row[2]}" + (f"  {row[4]}" if row[4] else ""), text)
    return plain(rows)


_CONTROL = re.compile(
    r"\x1b\[(?P<count>\d*)(?P<up>A)|\x1b\[2(?P<erase>K)|\x1b\[\?25[hl]|\x1b\[[\d;]*m|(?P<text>[^\x1b])"
)


def shown(written: str) -> str:
    """What stands on a terminal's screen once all of this is written to it. Fails for what it can't interpret."""
    lines: list[str] = [""]
    row = column = at = 0
    while at < len(written):
        match = _CONTROL.match(written, at)
        assert match, f"the terminal knows no {written[at : at + 10]!r}"
        at = match.end()
        char = match["text"]
        if match["up"]:
            row = max(0, row - int(match["count"] or 1))
        elif match["erase"]:
            lines[row] = ""
        elif char == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif char == "\r":
            column = 0
        elif char:
            line = lines[row].ljust(column)
            lines[row] = line[:column] + char + line[column + 1 :]
            column += 1
    return "".join(f"{line.rstrip()}\n" for line in lines).rstrip("\n") + "\n"
