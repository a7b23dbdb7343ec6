"""The reference of the JSON documents that commands print: fields from their types, examples from the commands' code."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from sfnorch.documents.errors import ErrorDocument
from sfnorch.documents.simulation import EVENT_DETAILS, OPTIONAL_DETAILS, SimulationDocument
from tests.docs.json_examples import example
from tests.json_documents import DOCUMENTS, fields_of


def documents() -> Iterator[str]:
    """Yield each document: the commands that print it, its fields, and an example."""
    for each in DOCUMENTS:
        yield from _document(each.title, each.document)
    yield from _document("Errors", ErrorDocument)


def _document(title: str, document: type) -> Iterator[str]:
    yield f"### {title}\n\n{inspect.cleandoc(document.__doc__ or '')}\n"
    yield "| field | type | meaning |\n|---|---|---|"
    for path, kind, meaning in fields_of(document):
        yield f"| `{path}` | {kind} | {meaning} |"
    if document is SimulationDocument:
        yield from _events()
    yield f"\n```json\n{example(document)}\n```\n"


def _events() -> Iterator[str]:
    """Yield the kinds of events with the fields of `detail`."""
    yield "\n| `what` | fields of `detail` |\n|---|---|"
    for what, names in EVENT_DETAILS.items():
        more = "".join(f"; {which} also `{name}`" for kind, (name, which) in OPTIONAL_DETAILS.items() if kind == what)
        yield f"| `{what}` | {', '.join(f'`{name}`' for name in names)}{more} |"
