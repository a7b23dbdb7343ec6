"""`make golden`: writes every file that is made from the code."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.docs.pages import name_of
from tests.docs.test_docs import docs_with_outputs
from tests.golden.artifacts import ROOT, artifacts


def main() -> None:
    """Writes the files that differ, and names them."""
    for path, make in artifacts():
        text = make()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"renewed {path.relative_to(ROOT)}\n")
    with tempfile.TemporaryDirectory() as folder:
        for page, text in docs_with_outputs(Path(folder)).items():
            if page.read_text(encoding="utf-8") != text:
                page.write_text(text, encoding="utf-8")
                sys.stdout.write(f"renewed what the commands of {name_of(page)} print\n")


if __name__ == "__main__":
    main()
