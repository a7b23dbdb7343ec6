"""What tests of whole commands share: an account in an emulator."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote_plus

import pytest

from tests.ministack import Account, emulator, new_account
from tests.wire import Answer, Wire, json_answer, wire_to


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an emulator, one for each process that runs tests."""
    with emulator(tmp_path_factory.mktemp("ministack")) as address:
        yield address


@pytest.fixture
def account(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An empty account, which commands of this process find in the environment."""
    fresh = new_account(endpoint)
    for name, value in fresh.environment().items():
        monkeypatch.setenv(name, value)
    return fresh


@pytest.fixture
def wire(account: Account, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """A wire to the account's emulator, over which commands of this process go."""
    with wire_to(account.endpoint) as between:
        monkeypatch.setenv("AWS_ENDPOINT_URL", between.address)
        yield between


_UNKNOWN = ("AWS::CodePipeline::Pipeline", "AWS::IAM::OIDCProvider")
_KNOWN = "AWS::CloudFormation::WaitConditionHandle"


@pytest.fixture
def emulated(wire: Wire) -> Wire:
    """The wire to an emulator that takes resources which it does not know for something else, which it knows."""

    def answer(operation: str, _: bytes) -> Answer | None:
        return json_answer({"JobNames": []}) if operation == "ListJobs" else None

    def rewrite(body: bytes) -> bytes:
        for kind in _UNKNOWN:
            body = body.replace(quote_plus(kind).encode(), quote_plus(_KNOWN).encode())
        return body

    wire.answer, wire.rewritten = answer, rewrite
    return wire
