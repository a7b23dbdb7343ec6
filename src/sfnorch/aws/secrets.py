"""What no output and no error may hold: keys, tokens, passwords; blotted out of every text that is shown."""

from __future__ import annotations

import re

_BLOT = "****"
_SECRETS: set[str] = set()

# What services put into their answers about a wrong signature, and what a proxy's address may hold.
_PATTERNS = (
    re.compile(r"(?i)((?:x-amz-security-token|authorization|x-amz-credential)\s*[:=]\s*)[^\s&'\"]+(?:[^\n]*)"),
    re.compile(r"(?i)((?:aws_)?(?:secret_access_key|session_token)\s*[:=]\s*)\S+"),
    re.compile(r"(\w+://[^\s/:@]*:)[^\s/@]+(?=@)"),
)


def keep_secret(*texts: str | None) -> None:
    """Has each text blotted out from now on."""
    _SECRETS.update(text for text in texts if text and len(text) >= 4)


def without_secrets(text: str) -> str:
    """The text with every secret in it blotted out."""
    for secret in sorted(_SECRETS, key=len, reverse=True):
        text = text.replace(secret, _BLOT)
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{_BLOT}", text)
    return text
