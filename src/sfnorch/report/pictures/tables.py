"""Tables of a report, with bars for shares."""

from __future__ import annotations

from collections.abc import Sequence

from sfnorch.report.pictures.elements import Element, add_element, create_element

_MOST_ROWS = 500

Cell = str | Element


def add_table(
    parent: Element, title: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]], *, kind: str = ""
) -> None:
    """Add a table with a title for readers who do not see it; its first column has the names of the rows.

    `kind` is its class: the last column of `with-notes` is text.
    """
    frame = add_element(parent, "div", class_="frame", role="region", aria_label=title, tabindex="0")
    table = add_element(frame, "table", **({"class_": kind} if kind else {}))
    add_element(table, "caption", title)
    line = add_element(add_element(table, "thead"), "tr")
    for heading in headings:
        add_element(line, "th", heading, scope="col")
    body = add_element(table, "tbody")
    for cells in rows[:_MOST_ROWS]:
        line = add_element(body, "tr")
        for index, cell in enumerate(cells):
            given = {"scope": "row"} if not index else {}
            shown = add_element(line, "td" if index else "th", cell if isinstance(cell, str) else "", **given)
            if not isinstance(cell, str):
                shown.append(cell)
    if (left := len(rows) - _MOST_ROWS) > 0:
        add_element(parent, "p", f"… and {left:,} more rows; --output json has all of them", class_="note")


def build_share(share: float, text: str, kind: str) -> Element:
    """Return a share from 0 to 1 as its text with a bar; `kind` is the class of the bar."""
    cell = create_element("span", class_="share")
    bar = add_element(cell, "svg", viewBox="0 0 100 8", preserveAspectRatio="none", aria_hidden="true")
    add_element(bar, "rect", class_="track", width=100, height=8)
    if share:
        add_element(bar, "rect", class_=kind, width=max(share * 100, 1.0), height=8)
    add_element(cell, "span", text)
    return cell
