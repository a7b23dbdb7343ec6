"""Examples in the help of a command."""

from __future__ import annotations


def format_examples(*examples: tuple[str, str]) -> str:
    """Return the epilog of a command's help: for each example a sentence, and the command line below it.

    click keeps the lines of a paragraph that begins with a backspace as they are.
    https://click.palletsprojects.com/en/stable/documentation/#escaping-click-s-wrapping
    """
    return "\n\n".join(["Examples:", *(f"\b\n# {sentence}\n{command_line}" for sentence, command_line in examples)])
