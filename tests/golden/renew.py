"""`make golden`: writes every file that is made from the code."""

from __future__ import annotations

import sys

from tests.golden.artifacts import ROOT, artifacts


def main() -> None:
    """Writes the files that differ, and names them."""
    for path, text in artifacts():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"renewed {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
