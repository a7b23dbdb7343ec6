"""The files for contributors and reporters beside the README: where their links lead."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT


@pytest.mark.parametrize("name", ["SECURITY.md", "CONTRIBUTING.md"])
def test_every_link_leads_to_a_file_and_a_heading_of_it(name: str):
    links = re.findall(r"\]\(([^)\s]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    inside = [link.partition("#") for link in links if "://" not in link]
    assert inside
    for target, _, anchor in inside:
        text = (ROOT / target).read_text(encoding="utf-8")
        titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
        anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
        assert not anchor or anchor in anchors, f"{name} links to {target}#{anchor}"


def test_contributors_find_how_to_report_a_vulnerability():
    assert "](SECURITY.md)" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
