"""Terms that must not appear in what a person reads, each with what to write instead."""

from __future__ import annotations

import re
from typing import NamedTuple


class Term(NamedTuple):
    """A term, as a regular expression over running text, and its replacement."""

    pattern: str
    replacement: str


_TERMS = (
    Term(r"tell(s|ing)?|told|untold", "report, show, explain; notify (to an SNS topic)"),
    Term(r"(alarm|it|that|which|one|state) rises?|raises its alarm", "goes into ALARM, is raised"),
    Term(r"anew", "again; a job is rerun"),
    Term(r"tr(y|ies|ied) again", "retry"),
    Term(r"run again", "rerun, retry, resume"),
    Term(r"nobody", "no one, or name what is missing: no terminal for prompts"),
    Term(r"amiss", "wrong, invalid"),
    Term(r"(is|are|was|were) no (?!longer\b)", "is invalid, is unsupported, must be X, is not a X"),
    Term(r"there (is|are) no( \w+){1,3}(?= ['\"{])", "unknown X 'a', X 'a' does not exist"),
    Term(r"(is|are|was|were) (not )?wanted", "is required, is missing; expected X, got Y"),
    Term(r"is not taken|are not taken", "is unsupported, is invalid"),
    Term(r"as planned", "the jobs in the plan"),
    Term(r"(go(es)?|went|going) on(?! to\b)", "continue, resume"),
    Term(r"go away|goes away", "detach; errors that go away by themselves: transient errors"),
    Term(r"pass by (itself|themselves)|by (itself|themselves) (go|pass)", "transient errors"),
    Term(r"(come|comes|came) to(?! (a person|light)\b)", "results in, amounts to, ends with"),
    Term(r"of (its|their|the \w+'s|the \w+s') own", "created by the stack, its own X, separate"),
    Term(r"look(s|ed|ing)? (\w+ )?over", "check, review"),
    Term(r"circles?", "dependency cycle"),
    Term(r"ways? (from|of|between)|by way of|\w+'s way|in the way", "relative path, transition, integration pattern"),
    Term(r"stands?(?! for\b)|stood", "is, are, is listed, is described"),
    Term(r"lies|lay(?! out\b)", "is, is stored"),
    Term(r"bears?|bearing|borne", "has, carries"),
    Term(r"ends? well|ended well", "succeeds, ends SUCCEEDED"),
    Term(r"(to|till|until) (its|their) end", "until it ends"),
    Term(r"play(s|ed|ing)?( \w+)? through|played", "simulate"),
    Term(r"speaks?|spoke|spoken", "calls, uses"),
    Term(r"perhaps", "conditional(ly), can"),
    Term(r"doubts?|doubtful", "warning"),
    Term(r"wish(es)?", "request, setting"),
    Term(r"side by side", "in parallel"),
    Term(r"one after another", "in sequence"),
    Term(r"what the command says", "output format"),
    Term(r"(if|for|where|when) need(s)? be|needs must", "if necessary"),
    Term(
        r"are given|is given|was given|were given|not given|given (at|in|as|by|to|for)",
        "from the input; passed; specified",
    ),
    Term(r"nothing stands in|stand-?ins?", "cannot be simulated; use --mock"),
    Term(r"ill-?formed|not well", "invalid"),
    Term(r"whoever|whomever|wherefore|thereof|herein|whence|thence|hence|lest|nought|aught|ere", "plain words"),
)

TERMS = tuple(
    (re.compile(rf"(?<![\w$.'`/-])(?:{term.pattern.replace(' ', ' +')})(?![\w$`/-])", re.IGNORECASE), term)
    for term in _TERMS
)


class Use(NamedTuple):
    """A term that a text uses."""

    line: int
    found: str
    replacement: str


def find_terms(text: str, first_line: int = 1) -> list[Use]:
    """Return the terms that a text uses, by line; a line may break within a term."""
    running = text.replace("\n", " ")
    return sorted(
        Use(first_line + text.count("\n", 0, match.start()), " ".join(match[0].split()), term.replacement)
        for pattern, term in TERMS
        for match in pattern.finditer(running)
    )
