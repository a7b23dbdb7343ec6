"""Nothing that is secret stays in a text."""

from __future__ import annotations

import pytest

from sfnorch.aws.secrets import keep_secret, without_secrets


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("host:x\nx-amz-security-token:FwoG/abc==\nx-amz-date:1", "host:x\nx-amz-security-token:****\nx-amz-date:1"),
        ("aws_secret_access_key = abc/def", "aws_secret_access_key = ****"),
        ("aws_session_token=abc and more", "aws_session_token=**** and more"),
        ("http://ann:pass@proxy:8080 is down", "http://ann:****@proxy:8080 is down"),
        ("arn:aws:iam::1:role/r, http://x:80/", "arn:aws:iam::1:role/r, http://x:80/"),
        ("my-own-secret-word here", "**** here"),
    ],
)
def test_secrets_are_blotted_out(text: str, shown: str):
    keep_secret("my-own-secret-word", None, "")
    assert without_secrets(text) == shown
