"""Texts use the vocabulary of the AWS documentation: no term of the word list appears in them."""

from __future__ import annotations

import pytest

from tests.words.texts import ROOT, Text, read_code, read_prose
from tests.words.word_list import find_terms


def _report(texts: list[Text]) -> str:
    return "\n".join(
        f"{text.file.relative_to(ROOT)}:{use.line}: '{use.found}'; write: {use.replacement}"
        for text in texts
        for use in find_terms(text.text, text.line)
    )


@pytest.mark.parametrize("read", [read_prose, read_code])
def test_no_text_uses_a_term_of_the_list(read):
    texts = list(read())
    assert len(texts) > 50
    assert _report(texts) == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Who is told\nof a failure", ["told"]),
        ("there is\n  no job 'a'", ["there is no job"]),
        ("the job is no longer there", []),
        ("`is_told`, $told, told-by and 'told' are names", []),
        ("Amazon SNS notifies the subscribers of the topic.", []),
    ],
)
def test_terms_are_found_in_running_text_alone(text, found):
    assert [use.found for use in sorted(find_terms(text), key=lambda use: use.found)] == found


def test_a_term_is_reported_with_the_line_where_it_begins():
    assert [(use.line, use.found) for use in find_terms("One.\nTwo goes\non.", 5)] == [(6, "goes on")]
