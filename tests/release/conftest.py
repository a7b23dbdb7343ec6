"""The distributions in dist/, and a new environment with nothing but the wheel and its dependencies."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DIST = ROOT / "dist"


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str


Sfnorch = Callable[..., Outcome]


def only(pattern: str) -> Path:
    """Return the one file in dist/ that fits the pattern."""
    (found,) = DIST.glob(pattern)
    return found


def tracked(*folders: str) -> set[str]:
    """Return the paths of the files in the repository, of these folders if some are given."""
    listed = subprocess.run(["git", "ls-files", "-z", *folders], cwd=ROOT, capture_output=True, text=True, check=True)
    return {path for path in listed.stdout.split("\0") if path and (ROOT / path).exists()}


def run_uv(*words: str) -> None:
    """Run uv, and fail with what it prints."""
    done = subprocess.run([sys.executable, "-m", "uv", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the new environment."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    run_uv("venv", "--quiet", "--python", sys.executable, str(folder))
    run_uv("pip", "install", "--quiet", "--python", str(folder / "bin" / "python"), str(only("*.whl")))
    return folder


@pytest.fixture
def sfnorch(environment: Path, tmp_path: Path) -> Sfnorch:
    """Run a command of the new environment in an empty folder, without settings of this machine."""
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    known = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "COLUMNS": "100"}
    settings = {"AWS_EC2_METADATA_DISABLED": "true", "HTTPS_PROXY": "http://127.0.0.1:9"}

    def run(*words: str) -> Outcome:
        done = subprocess.run(
            [environment / "bin" / "sfnorch", *words],
            cwd=work,
            env={**known, **settings},
            capture_output=True,
            text=True,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run
