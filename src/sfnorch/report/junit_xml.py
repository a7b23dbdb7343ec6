"""Reports of JUnit, which CI servers show as tests.

GitLab shows a case under the name of its class, and CodeBuild under the name of its suite, so that both are the file.
https://github.com/testmoapp/junitxml
https://docs.gitlab.com/ci/testing/unit_test_reports
https://docs.aws.amazon.com/codebuild/latest/userguide/test-reporting.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from sfnorch.printable import make_printable_line

_KINDS = {"failures": "failure", "errors": "error"}


def build_case(file: str, name: str, attributes: Mapping[str, str] | None = None) -> ElementTree.Element:
    """Return a test case of a file, with more attributes."""
    named = {"classname": file, "name": name, **(attributes or {})}
    return ElementTree.Element("testcase", {key: make_printable_line(text) for key, text in named.items()})


def build_suite(file: str, cases: Sequence[ElementTree.Element], *, has_errors: bool = False) -> ElementTree.Element:
    """Return the test suite of a file; `has_errors`: whether its cases can have errors besides failures."""
    counts = {
        name: str(sum(case.find(kind) is not None for case in cases))
        for name, kind in _KINDS.items()
        if has_errors or name == "failures"
    }
    suite = ElementTree.Element("testsuite", {"name": make_printable_line(file), "tests": str(len(cases)), **counts})
    suite.extend(cases)
    return suite


def format_suites(name: str, suites: Sequence[ElementTree.Element]) -> str:
    """Return the report of test suites as XML."""
    root = ElementTree.Element("testsuites", name=name)
    for count in ("tests", *_KINDS):
        if count != "errors" or any(count in suite.attrib for suite in suites):
            root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    root.extend(suites)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'
