"""Names as a person reads them."""

from __future__ import annotations

import unicodedata

from sfnorch.template.resources import RANDOM


def short_name(arn: str) -> str:
    """The end of an ARN, without the random end of a generated name."""
    return arn.rpartition(":")[2].removesuffix(f"-{RANDOM}")


def printable(text: str) -> str:
    """The text without what would move a terminal's cursor or ring its bell."""
    return "".join(
        "\ufffd" if unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t" else char for char in text
    )
