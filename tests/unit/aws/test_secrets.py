"""Nothing that is secret stays in a text."""

from __future__ import annotations

import json

import pytest

from sfnorch.aws.secrets import mask_secrets, register_secret


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
    register_secret("my-own-secret-word", None, "")
    assert mask_secrets(text) == shown


@pytest.mark.parametrize("secret", ['pa"ss\\word', "two\nlines of it\n", "ends in one\r"])
def test_secrets_are_blotted_out_in_every_form(secret: str):
    register_secret(secret)
    for form in (secret, repr(secret), json.dumps(secret), " ".join(secret.split())):
        assert mask_secrets(f"<{form}>").strip("<>'\"") == "****"


def test_a_header_that_is_wrong_is_not_told():
    assert mask_secrets("Invalid header value b'abc\\r' here") == "Invalid header value b**** here"
