"""The details of rows and states in a report, as data."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

Detail = dict[str, Any]


def read_details(page: str) -> list[Detail]:
    """The details in their order: name, kind, facts, links, and the visits of a state, each with its facts."""
    return _Details(page).found


def find_details(page: str) -> dict[str, Detail]:
    """The last details of each name."""
    return {detail["name"]: detail for detail in read_details(page)}


class _Details(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[Detail] = []
        self._depth = 0
        self._facts: list[tuple[str, str]] = []
        self._text = ""
        self._address = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "div" and given.get("class") == "detail":
            self._facts = []
            self.found.append({"name": "", "kind": "", "facts": self._facts, "links": [], "visits": []})
            self._depth = 1
        elif self._depth and tag == "details":
            self._facts = []
            self.found[-1]["visits"].append(
                {"title": "", "facts": self._facts, "class": given["class"], "open": "open" in given}
            )
        elif tag == "a":
            self._address = given.get("href") or ""
        self._text = ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if not self._depth:
            return
        detail, text = self.found[-1], self._text
        match tag:
            case "div":
                self._depth = 0
            case "details":
                self._facts = detail["facts"]
            case "summary":
                detail["visits"][-1]["title"] = text
            case "h3":
                detail["name"] = text
            case "p" if not detail["kind"]:
                detail["kind"] = text
            case "a":
                detail["links"].append((text, self._address))
            case "dt":
                self._facts.append((text, ""))
            case "dd":
                self._facts[-1] = (self._facts[-1][0], text)
        self._text = ""
