"""How an expression stands in a definition: a text between `{%` and `%}`.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations


def code(text: object) -> str | None:
    """The expression in a field's text; None where the text isn't one."""
    if isinstance(text, str) and text.startswith("{%") and text.endswith("%}") and len(text) >= 4:
        return text[2:-2]
    return None
