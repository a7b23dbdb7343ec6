"""`make test-lowest`: are the installed versions the lowest that pyproject.toml allows?"""

from __future__ import annotations

import sys
from importlib.metadata import requires, version

from packaging.requirements import Requirement
from packaging.version import Version


def main() -> None:
    """Ends with what is wrong: a bound that another package raises is not the lowest version that works."""
    wanted = [Requirement(line) for line in requires("sfnorch") or ()]
    direct = [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": "test"})]
    wrong = []
    for requirement in direct:
        (bound,) = requirement.specifier
        installed = version(requirement.name)
        if bound.operator != ">=" or Version(bound.version) != Version(installed):
            wrong.append(f"{requirement}: {installed} is what is tested; write >={installed}")
    sys.exit("\n".join(wrong) or None)


if __name__ == "__main__":
    main()
