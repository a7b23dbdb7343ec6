"""Hostile expressions, templates and plans end with the limit that they go beyond, in little memory.

How long each takes is no matter of a test: `python benchmarks/hostile.py` shows it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.hostile.documents import documents
from tests.hostile.expressions import EXPRESSIONS

pytestmark = pytest.mark.slow

pytest.importorskip("resource", reason="the limit of memory is that of a Unix process")
STEPS = 50_000
MOST_MEMORY = 300 * 2**20


def limited(what: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.hostile.limits", what, str(STEPS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_every_expression_ends_with_its_limit():
    answer = limited("expressions")
    wrong = {
        code[:80]: found
        for code, found in answer["found"].items()
        if not (found.startswith(EXPRESSIONS[code]) if EXPRESSIONS[code] else not found)
    }
    assert (wrong, len(answer["found"]) >= 60, answer["peak"] < MOST_MEMORY) == ({}, True, True)


def test_every_document_ends_with_a_finding():
    answer = limited("documents")
    wrong = {
        document.name: (code, text[:200])
        for document in documents()
        if not document.slow
        for code, text in [answer["found"][document.name]]
        if code != document.code or document.says not in text
    }
    assert (wrong, len(answer["found"]) >= 20, answer["peak"] < MOST_MEMORY) == ({}, True, True)
