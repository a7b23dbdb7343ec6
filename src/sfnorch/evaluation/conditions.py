"""Evaluate a JSONata condition over a document, within the limits of an expression."""

from __future__ import annotations

from collections.abc import Mapping

from jsonata.jexception import JException

from sfnorch.evaluation.budget import RECURSION, Budget
from sfnorch.evaluation.engine import Engine, parse
from sfnorch.evaluation.error_texts import describe_error

_DOCUMENT = "document"


def find_syntax_error(code: str) -> str:
    """Return what is wrong with the syntax of an expression; an empty text if nothing is."""
    if not code.strip():
        return "it is empty"
    try:
        parse(_write_condition(code))
    except JException as error:
        return describe_error(error)
    except (ValueError, LookupError, RecursionError) as error:
        return str(error)
    return ""


def evaluate_condition(code: str, document: Mapping[str, object]) -> bool | str:
    """Return whether the condition is true or false; for an error or another value, a sentence about it."""
    try:
        found = Engine().run(_write_condition(code), {_DOCUMENT: document}, Budget())
    except JException as error:
        return describe_error(error)
    except RecursionError:
        return RECURSION
    except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError) as error:
        return str(error)
    if isinstance(found, bool):
        return found
    return "nothing" if found is None else "a value that is neither true nor false"


def _write_condition(code: str) -> str:
    """Return the expression with the document as its context; a comment can end the code."""
    return f"${_DOCUMENT}.(\n{code}\n)"
