"""The parameters in a SQL statement of Amazon Redshift: `:name`, outside quotes and comments.

A colon inside a string is part of the string, and the Redshift Data API finds no parameter there (confirmed by AWS in
https://github.com/aws-samples/getting-started-with-amazon-redshift-data-api/issues/4). The same is assumed for
comments, quoted identifiers and dollar quotes. In a string of Redshift, a backslash escapes the next character.
https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_SqlParameter.html
https://www.postgresql.org/docs/8.0/sql-syntax.html
"""

from __future__ import annotations

import re

_PART = re.compile(
    r"""
      '(?:[^'\\]|\\.|'')*(?:'|\\?\Z)                # a string
    | "(?:[^"]|"")*(?:"|\Z)                         # a quoted identifier
    | --[^\n]*                                      # a comment, up to the line break
    | (?P<comment>/\*)
    | \$(?P<tag>(?:[^\W\d]\w*)?)\$                  # a dollar quote begins
    | [^\W\d][\w$]*                                 # a word, which may hold dollars
    | ::                                            # a cast
    | :(?P<parameter>[0-9A-Za-z_]+)[\w$]*
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"/\*|\*/")


def find_sql_parameters(statement: str) -> dict[str, int]:
    r"""Return the names of the statement's parameters, each with the first line of the statement that has it.

    >>> sql_parameters("select ':no', a::int from t -- :no\nwhere id = :id")
    {'id': 2}
    """
    found: dict[str, int] = {}
    at = 0
    while match := _PART.search(statement, at):
        at = match.end()
        if match["comment"]:
            at = _find_comment_end(statement, at)
        elif match["tag"] is not None:
            end = statement.find(match[0], at)
            at = len(statement) if end < 0 else end + len(match[0])
        elif name := match["parameter"]:
            found.setdefault(name, statement.count("\n", 0, match.start()) + 1)
    return found


def _find_comment_end(statement: str, at: int) -> int:
    """Return the end of the comment that began before `at`. Comments can be nested."""
    depth = 1
    while depth and (match := _COMMENT.search(statement, at)):
        depth += 1 if match[0] == "/*" else -1
        at = match.end()
    return len(statement) if depth else at
