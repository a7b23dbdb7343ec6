"""The examples of the pages that are programs of a user's, run as a user runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.docs.pages import DOCS, blocks


def shown_file(page: str, name: str) -> str:
    """Return the text of the file that the page shows first under this name."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return next(body for file, _, body in blocks(text) if file == name)


def test_the_tests_of_a_plan_pass(tmp_path: Path):
    """Both start the command `sfnorch`, as it is installed beside this Python."""
    (tmp_path / "sfnorch.yaml").write_text(shown_file("patterns/master-child.md", "sfnorch.yaml"), encoding="utf-8")
    (tmp_path / "test_plan.py").write_text(shown_file("how-to/test-with-pytest.md", "test_plan.py"), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[-1].partition(" in ")[0]) == (0, "2 passed"), done.stdout
