"""Elements of XML and HTML. Their texts and attributes are escaped, and their characters are printable."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from sfnorch.printable import make_printable, make_printable_line

Element = ET.Element


def add_element(parent: Element, tag: str, text: str = "", /, **attributes: str | float) -> Element:
    """Add an element to its parent, and return it.

    An underscore at the end of the name of an attribute is removed (`class_`), one within it becomes a hyphen.
    """
    return _fill(ET.SubElement(parent, tag), text, attributes)


def create_element(tag: str, text: str = "", /, **attributes: str | float) -> Element:
    """Return an element without a parent, with its attributes as in `add_element`."""
    return _fill(ET.Element(tag), text, attributes)


def _fill(element: Element, text: str, attributes: dict[str, str | float]) -> Element:
    if text:
        element.text = make_printable(text)
    for name, value in attributes.items():
        shown = make_printable_line(value) if isinstance(value, str) else format_number(value)
        element.set(name.removesuffix("_").replace("_", "-"), shown)
    return element


def format_number(number: float) -> str:
    """Return a length or a place with at most one decimal."""
    return f"{number:.1f}".removesuffix(".0")


def shorten_text(text: str, length: int) -> str:
    """Return the text in one line of at most so many characters; a longer one ends with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: max(length - 1, 1)]}…"


def write_svg(picture: Element) -> str:
    """Return the picture as an XML document in UTF-8."""
    picture.set("xmlns", "http://www.w3.org/2000/svg")
    return f"{ET.tostring(picture, encoding='unicode')}\n"


def write_html(page: Element) -> str:
    """Return the page as an HTML document."""
    return f"<!DOCTYPE html>\n{ET.tostring(page, encoding='unicode', method='html')}\n"
