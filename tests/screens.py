"""Screens as tests compare them: what AWS makes up, times and ids, in a fixed form, and no blanks at line ends."""

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
