"""The frame of a report as one HTML page: it contains its stylesheets and its script, and loads nothing.

Its policy permits only this script, whatever the texts in the page contain:
https://www.w3.org/TR/CSP3/#csp-in-html
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from sfnorch.report.pictures.elements import Element, add_element, create_element, write_html
from sfnorch.report.pictures.files import read_file


class PageFrame:
    """A page with its title and a toolbar, whose last control changes the theme."""

    def __init__(self, title: str, styles: Sequence[str] = (), scripts: Sequence[str] = ()) -> None:
        """Begin the page. The names of its stylesheets and scripts are those of files of this package."""
        style = "".join(map(read_file, ("colors.css", "svg.css", "page.css", *styles)))
        self._script = "".join(map(read_file, (*scripts, "theme.js")))
        self._html = create_element("html", lang="en")
        head = add_element(self._html, "head")
        add_element(head, "meta", charset="utf-8")
        allowed = f"style-src {_hash(style)}; script-src {_hash(self._script)}"
        policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
        add_element(head, "meta", http_equiv="Content-Security-Policy", content=policy)
        add_element(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
        add_element(head, "meta", name="referrer", content="no-referrer")
        add_element(head, "title", title)
        add_element(head, "style").text = style
        self.body = add_element(self._html, "body")
        header = add_element(self.body, "header")
        add_element(header, "h1", title)
        self.toolbar = add_element(header, "form", class_="toolbar", id="toolbar")

    def write(self) -> str:
        """Return the page as text."""
        add_element(self.toolbar, "button", "Dark", type="button", id="theme")
        add_element(self.body, "script").text = self._script
        return write_html(self._html)


def add_choice(toolbar: Element, title: str, choice_id: str, options: Sequence[tuple[str, str]]) -> None:
    """Add a list to the toolbar, of values and their names."""
    choice = add_element(add_element(toolbar, "label", title), "select", id=choice_id)
    for value, shown in options:
        add_element(choice, "option", shown, value=value)


def _hash(text: str) -> str:
    """Return the source expression of a script or a stylesheet: https://www.w3.org/TR/CSP3/#grammardef-hash-source."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
