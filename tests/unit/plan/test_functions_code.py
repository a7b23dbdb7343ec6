"""The code of a plan's functions: what is wrong with it is said with the plan, and what is no code is not read."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from sfnorch.packages import CodeError, read_code
from sfnorch.plan.errors import PlanError
from sfnorch.plan.handlers import find_code_faults
from sfnorch.plan.load import parse_plan

GOOD = "def handler(event, context): ...\n"

CODE: dict[str, tuple[dict[str, str | bytes], str]] = {
    "no Python": (
        {"f.py": "def handler(event, context)\n    return 1\n"},
        "f.py is not valid Python: expected ':' (its line 1)",
    ),
    "no handler": (
        {"f.py": "def handle(event, context):\n    return 1\n"},
        "f.py has no function handler; write `def handler(event, context):`, or correct the key handler",
    ),
    "a null byte": ({"f.py": b"\0"}, "f.py is not valid Python: it contains a null byte"),
    "line ends of Windows": (
        {"f.py": b"def handler(event, context):\r\n    return 1\r\n"},
        "f.py must be UTF-8 with Unix line endings (LF); save it so",
    ),
    "something nested too deep": (
        {"f.py": "handler = " + "-" * 100_000 + "1\n"},
        "f.py cannot be parsed: its code is nested too deep",
    ),
    "not UTF-8": ({"f.py": "# é\n".encode("latin-1")}, "f.py must be UTF-8 with Unix line endings (LF); save it so"),
    "a handler that is a method, or a coroutine": (
        {"f.py": "class A:\n    def handler(self): ...\nasync def handler(event, context): ...\nhandler: int\n"},
        "f.py has no function handler; write `def handler(event, context):`, or correct the key handler",
    ),
    "a handler that is an index": (
        {"f.py": "a = {}\na[handler] = 1\n"},
        "f.py has no function handler; write `def handler(event, context):`, or correct the key handler",
    ),
    "a folder without index.py": (
        {"f.py/other.py": "x = 1\n"},
        "f.py has no index.py, in which Lambda looks for the handler; add it",
    ),
    "too many files": (
        {"f.py/index.py": "x = 1\n", **{f"f.py/{n}.txt": "" for n in range(501)}},
        "f.py has more than 500 files, or more than 20,000,000 bytes",
    ),
}


@pytest.mark.parametrize(("files", "said"), CODE.values(), ids=CODE)
def test_what_is_wrong_with_a_functions_code_is_said_with_the_plan(
    files: dict[str, str | bytes], said: str, tmp_path: Path
):
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(PlanError) as error:
        parse_plan(
            "pattern: flow\nfunctions:\n- {name: f, code: f.py}\nsteps:\n- {name: a, lambda: f}\n",
            file="plan.yaml",
            folder=tmp_path,
        )
    assert str(error.value).splitlines()[0] == f"functions[0].code: {said} (plan.yaml, line 3)"


@pytest.mark.parametrize(
    "code",
    [
        "from elsewhere import handler\n",
        "import elsewhere as handler\n",
        "handler = print\n",
        "handler: object = print\n",
        "handler, other = print, print\n",
        "from elsewhere import *\n",
        "if 1:\n    pass\nelif 2:\n    def handler(event, context): ...\n",
        "try:\n    import a\nexcept ImportError:\n    def handler(event, context): ...\n",
        "try:\n    pass\nfinally:\n    with a:\n        handler = print\n",
        "match 1:\n    case 1:\n        handler = print\n",
        "def handler(event, context): ...\n",
    ],
)
def test_a_handler_may_come_from_elsewhere(code: str, tmp_path: Path):
    (tmp_path / "f.py").write_text(code)
    plan = parse_plan(
        "pattern: flow\nfunctions:\n- {name: f, code: f.py}\nsteps:\n- {name: a, lambda: f}\n", folder=tmp_path
    )
    assert plan.functions[0].files == {"index.py": code.encode()}  # type: ignore[union-attr]


NEWER = [
    ((3, 11), "try:\n    pass\nexcept* OSError:\n    pass\n"),
    ((3, 11), "a[*b]\n"),
    ((3, 12), "type X = int\n"),
    ((3, 12), "def handler[T](event: T, context): ...\n"),
    ((3, 12), """x = f"{y["a"]}"\n"""),
    ((3, 13), "class A[T = int]: ...\n"),
]


@pytest.mark.parametrize(("since", "code"), NEWER)
def test_syntax_that_only_the_functions_python_knows_is_not_judged(since: tuple[int, int], code: str):
    said = list(find_code_faults("f.py", code.encode(), "handler"))
    here = [] if "handler" in code else [CODE["no handler"][1]]
    assert said == (here if sys.version_info >= since else [])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plan's folder with code in it, beside other code."""
    for place in ("plan/code", "beside"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "index.py").write_text(GOOD)
    return tmp_path / "plan"


def said_of(code: str, folder: Path) -> list[str]:
    plan = {"pattern": "flow", "functions": [{"name": "f", "code": code}], "steps": [{"name": "a", "lambda": "f"}]}
    with pytest.raises(PlanError) as error:
        parse_plan(json.dumps(plan), file="plan.yaml", folder=folder)
    return str(error.value).splitlines()


def test_links_within_the_plans_folder_are_followed(folder: Path):
    (folder / "link").symlink_to(folder / "code")
    (folder / "code" / "again.py").symlink_to(folder / "code" / "index.py")
    assert read_code(folder, "link") == {"index.py": GOOD.encode(), "again.py": GOOD.encode()}


def test_links_that_lead_out_of_the_plans_folder(folder: Path):
    beside = folder.parent / "beside"
    (folder / "f.py").symlink_to(beside / "index.py")
    (folder / "link").symlink_to(beside)
    (folder / "code" / "more.py").symlink_to(beside / "index.py")
    outside = "outside the plan's folder"
    assert said_of("f.py", folder) == [
        f"functions[0].code: f.py is a link to {beside}/index.py, {outside} (plan.yaml, line 1)"
    ]
    assert said_of("link", folder) == [f"functions[0].code: link is a link to {beside}, {outside} (plan.yaml, line 1)"]
    assert said_of("code", folder) == [
        f"functions[0].code: code is a link to {beside}/index.py, {outside} (plan.yaml, line 1)"
    ]


def test_what_is_no_file_is_not_read(folder: Path):
    os.mkfifo(folder / "fifo.py")
    (folder / "zero.py").symlink_to("/dev/zero")
    os.mkfifo(folder / "code" / "fifo.py")
    for name in ("fifo.py", "zero.py"):
        assert said_of(name, folder) == [
            f"functions[0].code: {name} is neither a file nor a folder (plan.yaml, line 1)",
        ]
    assert read_code(folder, "code") == {"index.py": GOOD.encode()}


def test_what_is_too_large_is_not_read(folder: Path):
    with (folder / "large.py").open("wb") as file:
        file.truncate(10**12)  # a hole, which takes no room
    assert said_of("large.py", folder) == [
        "functions[0].code: large.py has more than 500 files, or more than 20,000,000 bytes (plan.yaml, line 1)",
    ]


def test_names_that_no_file_and_no_package_can_have(folder: Path):
    assert said_of("a\0b.py", folder) == [
        "functions[0].code: 'a\\x00b.py' must be a relative path within the plan's folder (plan.yaml, line 1)",
    ]
    Path(os.fsdecode(os.fsencode(folder / "code") + b"/\xff.py")).write_text(GOOD)
    assert said_of("code", folder) == [
        "functions[0].code: code contains a file whose name is not UTF-8: ?.py (plan.yaml, line 1)",
    ]
    with pytest.raises(CodeError, match="cannot be read: embedded null byte"):
        read_code(folder, "a\0b.py")
