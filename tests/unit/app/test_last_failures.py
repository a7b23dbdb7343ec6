"""The folder that keeps which scenarios did not pass."""

from __future__ import annotations

from pathlib import Path

from sfnorch.app.last_failures import ScenarioId, keep_last_failures, read_last_failures

A, B, C = (ScenarioId("x.sfntest.yaml", name) for name in "abc")


def test_failures_are_kept_until_they_pass(tmp_path: Path):
    folder = tmp_path / "cache"
    keep_last_failures(folder, [A], [])
    assert not folder.exists()
    keep_last_failures(folder, [A, B, C], [A, B])
    assert read_last_failures(folder) == [A, B]
    keep_last_failures(folder, [C], [C])
    assert read_last_failures(folder) == [A, B, C]
    keep_last_failures(folder, [A, C], [C])
    assert read_last_failures(folder) == [B, C]
    assert sorted(file.name for file in folder.iterdir()) == [".gitignore", "CACHEDIR.TAG", "last-failed.json"]
    assert (folder / ".gitignore").read_text() == "# Created by sfnorch\n*\n"
