"""Finding the credentials: a wait with words, unless a person may be asked meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sfnorch.aws.session import Session
from sfnorch.errors import SfnorchError

KEYS = "[default]\naws_access_key_id = 1\naws_secret_access_key = 2\n"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("", ["Reading the AWS credentials", "end"]),
        ("[profile a]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = default\nmfa_serial = m\n", []),
        ("[profile a]\ncredential_process = ask\n", []),
        ("[profile a]\nregion = eu-central-1\n", ["Reading the AWS credentials", "end"]),
    ],
)
def test_a_wait_unless_a_profile_may_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str, words: list[str]):
    (tmp_path / "config").write_text(KEYS + more)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    seen: list[str] = []

    @contextmanager
    def waits(text: str) -> Iterator[None]:
        seen.append(text)
        yield
        seen.append("end")

    Session(waits=waits)
    assert seen == words


@pytest.mark.parametrize(
    ("key", "secret", "token", "what"),
    [
        ("AKIA 1", "s", "t", "access key id"),
        ("AKIA", "s\n", "t", "secret access key"),
        ("AKIA", "s", "t t", "session token"),
    ],
)
def test_keys_that_hold_a_blank_are_refused_before_a_request(
    monkeypatch: pytest.MonkeyPatch, key: str, secret: str, token: str, what: str
):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    monkeypatch.setenv("AWS_SESSION_TOKEN", token)
    with pytest.raises(SfnorchError, match=f"The AWS {what} "):
        Session(region="eu-central-1").glue.list_jobs()
