"""Replace what belongs to an account or is secret: account IDs, names of buckets, passwords, tokens, keys.

A value has the same placeholder everywhere. Placeholders of accounts and buckets are those of the AWS documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sfnorch.json_values import Json, write_compact
from sfnorch.scenarios.secret_values import find_secrets, has_secret, is_secret, parse_inner, replace_forms

OWN_ACCOUNT = "123456789012"
"""The account of the AWS documentation, in which simulations run."""
_OTHER_ACCOUNTS = ("111122223333", "444455556666", "777788889999")
_BUCKET = "amzn-s3-demo-bucket"
_SECRET = "SECRET-"  # noqa: S105 - the placeholder, not a secret

_ACCOUNT = re.compile(r"arn:[\w-]+:[\w-]+:[\w-]*:(\d{12}):|//(\d{12})\.dkr\.ecr\.|//sqs\.[\w.-]+/(\d{12})/")
_ACCOUNT_KEY = re.compile(r"(?i)(?:aws[_-]?)?account(?:[_-]?id)?")
_BUCKET_NAME = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
_IN_URI = re.compile(
    rf"(?:\bs3[an]?://|\barn:[\w-]+:s3:::|\bhttps?://s3[\w.-]*\.amazonaws\.com(?:\.cn)?/)({_BUCKET_NAME})"
    rf"|\bhttps?://({_BUCKET_NAME})\.s3[\w.-]*\.amazonaws\.com"
)
_BUCKET_KEY = re.compile(r"(?:.*[_-])?(?i:bucket)(?:[_-]?(?i:name))?|.*Bucket(?:Name)?")
_SHORTEST_SECRET = 6
"""The minimum length of a secret that is replaced in other texts too: a shorter one can be part of a word."""


class ReplacedCounts(NamedTuple):
    """How many different values have a placeholder."""

    accounts: int
    buckets: int
    secrets: int


@dataclass(slots=True)
class Placeholders:
    """The placeholders of the values that are found so far, in the order in which they were found."""

    _accounts: dict[str, str] = field(default_factory=dict)
    _buckets: dict[str, str] = field(default_factory=dict)
    _secrets: dict[str, str] = field(default_factory=dict)
    _pattern: re.Pattern[str] | None = None

    def find_in(self, values: Iterable[Json]) -> None:
        """Find what has to be replaced in the values. The account of the first ARN is the account of the stack."""
        for value in values:
            for secret in find_secrets(value):
                self._secrets.setdefault(secret, f"{_SECRET}{len(self._secrets) + 1}")
            for key, text in _walk_texts(value):
                self._find_accounts(key, text)
                self._find_buckets(key, text)
        self._pattern = self._compile()

    def replace(self, value: Json, *, is_below_key: bool = False) -> Json:
        """Return the value with placeholders, also in its keys."""
        match value:
            case dict():
                return {
                    self._replace_in_text(key): self.replace(item, is_below_key=is_below_key or has_secret(key))
                    for key, item in value.items()
                }
            case list():
                return [self.replace(item, is_below_key=is_below_key) for item in value]
            case str() if value in self._buckets:
                return self._buckets[value]
            case str() if is_below_key and value in self._secrets and is_secret(value):
                return self._secrets[value]
            case str():
                return self._replace_in_text(value, is_below_key=is_below_key)
            case int() | float() if is_below_key and not isinstance(value, bool):
                return 0
        return value

    def replace_text(self, text: str) -> str:
        """Return the text with placeholders."""
        return str(self.replace(text))

    @property
    def counts(self) -> ReplacedCounts:
        """Return how many values of each kind have a placeholder."""
        own = sum(account != placeholder for account, placeholder in self._accounts.items())
        return ReplacedCounts(accounts=own, buckets=len(self._buckets), secrets=len(self._secrets))

    def _find_accounts(self, key: str, text: str) -> None:
        found = [next(filter(None, match.groups())) for match in _ACCOUNT.finditer(text)]
        if _ACCOUNT_KEY.fullmatch(key) and re.fullmatch(r"\d{12}", text):
            found.append(text)
        for account in found:
            if account not in self._accounts:
                self._accounts[account] = _name_account(len(self._accounts))

    def _find_buckets(self, key: str, text: str) -> None:
        found = [next(filter(None, match.groups())) for match in _IN_URI.finditer(text)]
        if _BUCKET_KEY.fullmatch(key) and re.fullmatch(_BUCKET_NAME, text):
            found.append(text)
        for bucket in found:
            self._buckets.setdefault(bucket, f"{_BUCKET}{len(self._buckets) + 1}")

    def _compile(self) -> re.Pattern[str] | None:
        """Return the pattern of everything that is replaced in any text: of several matches, the longest."""
        found = [(text, re.escape(text)) for text in self._secrets if len(text) >= _SHORTEST_SECRET]
        found += [(account, rf"(?<!\d){account}(?!\d)") for account in self._accounts]
        for bucket in self._buckets:
            before = r"(?<![\w.-])" if _is_distinctive(bucket) else r"(?:(?<=://)|(?<=:::))"
            found.append((bucket, rf"{before}{re.escape(bucket)}(?![\w-])"))
        found.sort(key=lambda each: len(each[0]), reverse=True)
        return re.compile("|".join(pattern for _, pattern in found)) if found else None

    def _replace_in_text(self, text: str, *, is_below_key: bool = False) -> str:
        if self._pattern is None:
            return text
        known = {**self._secrets, **self._buckets, **self._accounts}
        replaced = replace_forms(self._pattern.sub(lambda match: known[match[0]], text), self._secrets)
        inner = parse_inner(text)
        if inner is None:
            return replaced
        whole = self.replace(inner, is_below_key=is_below_key)
        return replaced if whole == parse_inner(replaced) else write_compact(whole)


def _name_account(index: int) -> str:
    if index == 0:
        return OWN_ACCOUNT
    return _OTHER_ACCOUNTS[index - 1] if index <= len(_OTHER_ACCOUNTS) else f"{index:012d}"


def _is_distinctive(bucket: str) -> bool:
    """Return whether the name of a bucket is no word that texts can contain anyway."""
    return len(bucket) >= 8 and re.search(r"[-.0-9]", bucket) is not None


def _walk_texts(value: Json, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text with the key that has it, also keys, and those in JSON in texts."""
    match value:
        case dict():
            for name, item in value.items():
                yield "", name
                yield from _walk_texts(item, name)
        case list():
            for item in value:
                yield from _walk_texts(item, key)
        case str():
            parsed = parse_inner(value)
            if parsed is None:
                yield key, value
            else:
                yield from _walk_texts(parsed, key)
