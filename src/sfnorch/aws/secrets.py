"""Mask keys, tokens and passwords in every text that is shown."""

from __future__ import annotations

import json
import re

_BLOT = "****"
_SECRETS: set[str] = set()
_SHORTEST = 4
"""The minimum length of a masked text: shorter ones would mask parts of ordinary words."""

# Secrets in a service's error about a wrong signature, and in the address of a proxy.
_PATTERNS = (
    re.compile(r"(?i)((?:x-amz-security-token|authorization|x-amz-credential)\s*[:=]\s*)[^\s&'\"]+(?:[^\n]*)"),
    re.compile(r"(?i)((?:aws_)?(?:secret_access_key|session_token)\s*[:=]\s*)\S+"),
    re.compile(r"(?s)(Invalid header value b)(['\"]).*?\2"),
    re.compile(r"(\w+://[^\s/:@]*:)[^\s/@]+(?=@)"),
)


def register_secret(*texts: str | None) -> None:
    """Mask each text from now on, in every form in which an error or a document can contain it."""
    for text in texts:
        if not text:
            continue
        escaped = (repr(text)[1:-1], json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
        forms = (text, text.strip(), " ".join(text.split()), *escaped)
        _SECRETS.update(form for form in forms if len(form) >= _SHORTEST)


def mask_secrets(text: str) -> str:
    """Return the text with every secret masked."""
    for secret in sorted(_SECRETS, key=len, reverse=True):
        text = text.replace(secret, _BLOT)
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<1>{_BLOT}", text)
    return text
