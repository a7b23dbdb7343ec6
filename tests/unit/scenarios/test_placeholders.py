"""Account IDs, bucket names and secrets, and their placeholders."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sfnorch.scenarios.placeholders import Placeholders, ReplacedCounts
from sfnorch.scenarios.secret_values import find_secrets, has_secret

ARN = "arn:aws:states:eu-west-1:222233334444:execution:etl-master:x"
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----"


def replace(*values: Any) -> list[Any]:
    placeholders = Placeholders()
    placeholders.find_in([ARN, *values])
    return [placeholders.replace(value) for value in values]


def test_a_value_has_the_same_placeholder_everywhere():
    cause = json.dumps({"apiKey": "abcdef123456", "message": "password=hunter22 of 222233334444"})
    document: Any = {
        "topic": "arn:aws:sns:eu-west-1:999900001111:alerts",
        "input": {
            "--db-password": "hunter22",
            "bucket": "my-lake-prod",
            "path": "s3://my-lake-prod/in",
            "SecretArn": "arn:aws:secretsmanager:eu-west-1:222233334444:secret:db-AbCdEf",
        },
        "s3://my-lake-prod/out": ["my-lake-prod.s3.eu-west-1.amazonaws.com", cause, "hunter22"],
    }
    placeholders = Placeholders()
    placeholders.find_in([ARN, document])
    assert placeholders.replace(document) == {
        "topic": "arn:aws:sns:eu-west-1:111122223333:alerts",
        "input": {
            "--db-password": "SECRET-1",
            "bucket": "amzn-s3-demo-bucket1",
            "path": "s3://amzn-s3-demo-bucket1/in",
            "SecretArn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf",
        },
        "s3://amzn-s3-demo-bucket1/out": [
            "amzn-s3-demo-bucket1.s3.eu-west-1.amazonaws.com",
            json.dumps({"apiKey": "SECRET-2", "message": "password=SECRET-1 of 123456789012"}),
            "SECRET-1",
        ],
    }
    assert placeholders.counts == ReplacedCounts(accounts=2, buckets=1, secrets=2)


@pytest.mark.parametrize(
    ("value", "replaced"),
    [
        ("1222233334444", "1222233334444"),
        ("at 222233334444.dkr.ecr.eu-west-1", "at 123456789012.dkr.ecr.eu-west-1"),
        ({"accountId": "555566667777"}, {"accountId": "111122223333"}),
        ({"orderId": "555566667777"}, {"orderId": "555566667777"}),
        (["s3://data/x", "the data of data"], ["s3://amzn-s3-demo-bucket1/x", "the data of data"]),
        ("arn:aws:s3:::logs-1/x", "arn:aws:s3:::amzn-s3-demo-bucket1/x"),
        (
            "https://my-lake.s3.eu-west-1.amazonaws.com/x?X-Amz-Signature=abc123",
            "https://amzn-s3-demo-bucket1.s3.eu-west-1.amazonaws.com/x?X-Amz-Signature=SECRET-1",
        ),
        ({"BucketName": "reports"}, {"BucketName": "amzn-s3-demo-bucket1"}),
        ({"password": "abc"}, {"password": "SECRET-1"}),
        ("the pwd=abc of abc", "the pwd=SECRET-1 of abc"),
        ({"token": 1234, "isToken": True}, {"token": 0, "isToken": True}),
        ({"credentials": {"user": "etl", "values": ["a", ""]}}, {"credentials": {"user": "SECRET-1", "values": ["SECRET-2", ""]}}),
        (json.dumps({"password": "abc"}), '{"password": "SECRET-1"}'),
        (json.dumps({"key": KEY}), '{"key":"SECRET-1"}'),
        ({"secret": "{{resolve:secretsmanager:db}}"}, {"secret": "{{resolve:secretsmanager:db}}"}),
    ],
)  # fmt: skip
def test_what_is_replaced_and_what_stays(value: Any, replaced: Any):
    assert replace(value) == [replaced]


@pytest.mark.parametrize(
    "key",
    ["password", "DB_PASSWORD", "--db-password", "apiKey", "API_KEY", "x-api-key", "secretAccessKey", "connectionString", "authToken", "clientSecret", "Authorization", "privateKey"],
)  # fmt: skip
def test_keys_of_secrets(key: str):
    assert has_secret(key)


@pytest.mark.parametrize(
    "key", ["", "SecretArn", "secret_name", "TokenCount", "key", "primaryKey", "tokenizer", "--table", "Keyboard", "accessKeyId"]
)  # fmt: skip
def test_other_keys(key: str):
    assert not has_secret(key)


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("AKIAIOSFODNN7EXAMPLE and ASIAIOSFODNN7EXAMPLE", ["AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE"]),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"]),
        (f"key: {KEY}", [KEY]),
        ("postgresql://etl:s3cr3t@host:5432/db", ["s3cr3t"]),
        ("jdbc:redshift://host/db?user=etl&password=s3cr3t", ["s3cr3t"]),
        ("Server=x;User Id=etl;Password=s3cr3t;", ["s3cr3t"]),
        ("{'password': 's3cr3t', 'user': 'x'}", ["s3cr3t"]),
        ("Authorization: Bearer abcdefghijklmnop", ["abcdefghijklmnop"]),
        ("ghp_abcdefghijklmnopqrst", ["ghp_abcdefghijklmnopqrst"]),
        ("Unexpected token: foo", []),
        ("No such table: orders; https://host/path?token_type=x", []),
        ("s3://bucket/key", []),
    ],
)
def test_forms_of_secrets(text: str, secrets: list[str]):
    assert list(find_secrets(text)) == secrets


def test_nothing_to_replace():
    assert Placeholders().replace({"a": [1, None, "x"]}) == {"a": [1, None, "x"]}
