"""Names in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

_SHOWN = 3


def list_names(names: Sequence[str], word: str = "and") -> str:
    """Return the names as part of a sentence, the first three and the number of others: `a, b, c or 4 others`."""
    shown, more = list(names[:_SHOWN]), len(names) - _SHOWN
    if more > 0:
        shown.append(f"{more} other{'s' if more > 1 else ''}")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {word} {shown[-1]}"
