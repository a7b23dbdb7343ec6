"""Other names of the commands: aliases, and words of other tools that lead to a suggestion."""

from __future__ import annotations

from collections.abc import Collection, Mapping

ALIASES = {"destroy": "delete", "rm": "delete", "ls": "status", "validate": "lint"}
"""The aliases, each with the name of its command."""

_WORDS_OF_OTHER_TOOLS = {
    "abort": ("stop",),
    "apply": ("deploy",),
    "build": ("render",),
    "cancel": ("stop",),
    "check": ("lint",),
    "create": ("deploy", "init"),
    "describe": ("status",),
    "down": ("delete",),
    "draw": ("graph",),
    "execute": ("run",),
    "follow": ("watch",),
    "generate": ("render",),
    "info": ("status",),
    "invoke": ("run",),
    "kill": ("stop",),
    "list": ("status",),
    "local": ("simulate",),
    "new": ("init",),
    "package": ("render",),
    "preview": ("diff",),
    "redrive": ("resume",),
    "remove": ("delete",),
    "rerun": ("resume",),
    "restart": ("resume",),
    "retry": ("resume",),
    "show": ("status", "outputs"),
    "start": ("run",),
    "synth": ("render",),
    "tail": ("logs", "watch"),
    "teardown": ("delete",),
    "template": ("render",),
    "trigger": ("run",),
    "undeploy": ("delete",),
    "up": ("deploy",),
    "update": ("deploy",),
    "version": ("--version",),
}
"""Commands of other tools, each with the commands of sfnorch to suggest. A group need not have all of them."""


def list_aliases(command: str, aliases: Mapping[str, str]) -> tuple[str, ...]:
    """Return the aliases of the command."""
    return tuple(alias for alias, own in aliases.items() if own == command)


def suggest_names(
    word: str, commands: Collection[str], aliases: Mapping[str, str], options: Collection[str] = ()
) -> tuple[str, ...]:
    """Return the commands or options of a group to suggest for an unknown word; empty without a match.

    For a command of another tool, these are the commands of that meaning that the group has. For any other word, they
    are the names that begin with the word, or otherwise the most similar name.
    """
    from difflib import get_close_matches

    word = word.lower()
    words = {**{alias: (own,) for alias, own in ALIASES.items()}, **_WORDS_OF_OTHER_TOOLS}
    known = {other: tuple(name for name in own if name in (*commands, *options)) for other, own in words.items()}
    if word in known:
        return known[word]
    names = {**{command: command for command in commands}, **aliases, "help": "help"}
    begun = tuple(dict.fromkeys(own for name, own in names.items() if len(word) > 1 and name.startswith(word)))
    if begun:
        return begun
    if near := get_close_matches(word, names, n=1):
        return (names[near[0]],)
    return known[near[0]] if (near := get_close_matches(word, known, n=1)) else ()
