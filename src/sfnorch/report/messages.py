"""Messages of AWS in one line."""

from __future__ import annotations

_MOST_MESSAGE = 200


def shorten_message(message: str) -> str:
    """Return the message as one line, truncated after 200 characters. The failures at the end show all of it."""
    line = " ".join(message.split())
    return line if len(line) <= _MOST_MESSAGE else f"{line[:_MOST_MESSAGE]}…"
