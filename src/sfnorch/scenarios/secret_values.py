"""Find values that look like secrets: by the key that has them, and by their form in a text."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping

from sfnorch.json_values import Json

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SECRET_WORDS = frozenset(
    [
        "password",
        "passwords",
        "passwd",
        "pwd",
        "passphrase",
        "secret",
        "secrets",
        "token",
        "tokens",
        "credential",
        "credentials",
        "authorization",
        "cookie",
        "signature",
        "apikey",
        "dsn",
    ]
)
_SECRET_PAIRS = frozenset(
    {
        ("api", "key"),
        ("access", "key"),
        ("private", "key"),
        ("secret", "key"),
        ("connection", "string"),
        ("auth", "key"),
    }
)
_NOT_SECRET = frozenset(["arn", "name", "id", "ids", "path", "type", "count", "ttl", "length", "expiry", "expires"])
"""The last words of keys that name or describe a secret, and do not have it."""

_REFERENCE = re.compile(r"\{\{resolve:.*\}\}|arn:[\w-]+:.*|true|false|null|none|", re.IGNORECASE | re.DOTALL)
"""Values that only refer to a secret, or are none."""

_NAMES = r"(?:password|passwd|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key)"
_FORMS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"\b((?:AKIA|ASIA)[A-Z0-9]{16})\b",
        r"\b(eyJ[\w-]{8,}\.[\w-]+\.[\w-]*)",  # a JSON Web Token
        r"(-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----)",
        r"\b((?:gh[pousr]_|github_pat_|glpat-|xox[abpr]-)[\w-]{10,})",
        r"\w://[^\s/:@]*:([^\s/@]+)@",  # the password in a connection string
        r"(?i:\bbearer|\bbasic)\s+([\w.~+/=-]{12,})",
        r"(?i:x-amz-(?:signature|security-token|credential))=([^&\s\"']+)",
        rf"(?i:\b[\w-]*{_NAMES})=[\"']?([^\s\"'&;,]+)",
        rf"(?i:\b[\w-]*{_NAMES})[\"']\s*[:=]\s*[\"']([^\"']+)",
        r"(?i:\b(?:password|passwd|pwd))\s*:\s*[\"']?([^\s\"'&;,]+)",
    )
)


def has_secret(key: str) -> bool:
    """Return whether the value of this key is a secret, as its words say: `db_password`, `apiKey`, `--auth-token`."""
    words = [word.lower() for word in _WORD.findall(key)]
    if not words or words[-1] in _NOT_SECRET:
        return False
    return not _SECRET_WORDS.isdisjoint(words) or not _SECRET_PAIRS.isdisjoint(itertools.pairwise(words))


def is_secret(text: str) -> bool:
    """Return whether the value of a key with a secret is one, and not a reference to it."""
    return _REFERENCE.fullmatch(text) is None


def find_secrets(value: Json, *, is_below_key: bool = False) -> Iterator[str]:
    """Yield the secrets in a value, also in JSON in its texts. `is_below_key`: whether a key says that it has them."""
    match value:
        case dict():
            for key, item in value.items():
                yield from find_secrets(item, is_below_key=is_below_key or has_secret(key))
        case list():
            for item in value:
                yield from find_secrets(item, is_below_key=is_below_key)
        case str():
            parsed = parse_inner(value)
            if parsed is not None:
                yield from find_secrets(parsed, is_below_key=is_below_key)
                return
            if is_below_key and is_secret(value):
                yield value
            for form in _FORMS:
                yield from (match[1] for match in form.finditer(value) if is_secret(match[1]))


def replace_forms(text: str, placeholders: Mapping[str, str]) -> str:
    """Return the text with placeholders for the secrets that their form shows, also for short ones."""
    for form in _FORMS:
        text = form.sub(lambda match: _replace_group(match, placeholders), text)
    return text


def _replace_group(match: re.Match[str], placeholders: Mapping[str, str]) -> str:
    begin, end = match.start(1) - match.start(), match.end(1) - match.start()
    return match[0][:begin] + placeholders.get(match[1], match[1]) + match[0][end:]


def parse_inner(text: str) -> Json:
    """Return the mapping or the list of which a text is the JSON; None for another text."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, (dict, list)) else None
