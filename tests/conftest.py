"""What tests of several kinds share."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from sfnorch.cli.main import main
from tests import lint_once, quick_libraries
from tests.json_documents import check_document
from tests.lint_kept import Store

settings.register_profile(
    "sfnorch",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],  # no matter how slow
)
settings.load_profile("sfnorch")

quick_libraries.install()


def pytest_configure(config: pytest.Config) -> None:
    """Have cfn-lint look at a template once, in the runs of a day where pytest has a cache."""
    cache = getattr(config, "cache", None)
    lint_once.install(Store(cache.mkdir("cfn-lint"), date.today()) if cache else None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return one worker more than cores for `-n auto`: while one test waits for the emulator, another computes."""
    return 1 + (os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the tests that wait longest, for pip, so that no worker runs them alone at the end."""
    items.sort(key=lambda item: item.path.name != "test_buildspec.py")


def pytest_collection_finish() -> None:
    """Keep the garbage collector from looking through all modules and tests again and again."""
    gc.freeze()
    gc.set_threshold(100_000)  # as commands do


@dataclass(frozen=True)
class Outcome:
    """What a command came to."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps a developer's own AWS settings out of the tests, and the tests out of the developer's account."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("SFNORCH_ENV", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command line in an empty folder, in this process, and checks each JSON document that it prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERMINAL_WIDTH", "80")

    def run_command(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["sfnorch", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        captured = capsys.readouterr()
        check_document(arguments, captured.out)
        return Outcome(code=int(end.value.code or 0), out=captured.out, err=captured.err)

    return run_command
