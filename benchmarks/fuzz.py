"""Plans and templates with random faults in them: does any command end with a traceback, hang, or take much memory?

    python -m benchmarks.fuzz [--plans N] [--templates N] [--seed S] [--keep FOLDER]

Each case is a file of the project's own tests with one to three faults. A forked process reads it by the commands that
a user would try. Reported are the cases that ended in a bug (exit code 70, a signal, or an exception), that took more
than 10 seconds of CPU, or more than 500 MB. With --keep their files are written to a folder.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import io
import json
import os
import random
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
SECONDS, MEGABYTES = 10, 500
BUG = 70
COMMANDS = {
    "plan": (("render", "--plan", "FILE", "-o", "-"), ("simulate", "--plan", "FILE")),
    "template": (("lint", "FILE"), ("graph", "FILE"), ("simulate", "FILE")),
}
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        0,
        -1,
        10**30,
        1.5,
        float("inf"),
        "",
        " ",
        "a" * 5000,
        "\x1b[31m",
        "\u202e",
        "\U0001d4b3",
        "*",
        "${A}",
        "{}",
    ),
    *("{% $x %}", "{% ", "{% $pad('a', 100000000) %}", "{{resolve:ssm:a}}", "arn:aws:x", "2026-02-30", "rate(0 days)"),
    *(
        [],
        {},
        [[[[[]]]]],
        {"": ""},
        {"Ref": "A"},
        {"Fn::If": ["A", 1]},
        {"Fn::Sub": "${B}"},
        ["a"] * 500,
        {"a": {"b": {}}},
    ),
)
TOKENS = (
    "\t",
    ": ",
    "- ",
    "{",
    "]",
    "'",
    '"',
    "&a ",
    "*a",
    "!Ref ",
    "%",
    "#",
    "|",
    "\x00",
    "\ufeff",
    "<<: ",
    "---\n",
    "? ",
)


def corpus(kind: str) -> list[str]:
    """Return the texts that faults are put into."""
    if kind == "plan":
        files = [*ROOT.glob("templates/*/sfnorch.yaml"), *ROOT.glob("tests/golden/plans/*.plan.yaml")]
    else:
        files = [*ROOT.glob("tests/golden/rules/*.yaml"), ROOT / "templates/dynamic/SAM-template.yaml"]
        files += [ROOT / "templates/linear/CFN-template.yaml", *ROOT.glob("tests/golden/pipelines/s3.yaml")]
    return [file.read_text(encoding="utf-8") for file in sorted(files)]


def faulty(text: str, chance: random.Random) -> str:
    """Return the text with one to three faults: in the document's tree, or in its characters."""
    for _ in range(chance.randint(1, 3)):
        text = _in_tree(text, chance) if chance.random() < 0.7 else _in_text(text, chance)
    return text


def _in_text(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    match chance.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[chance.randrange(len(lines))])
        case 2:
            lines[at] = " " * chance.randint(0, 9) + lines[at].lstrip()
        case _:
            column = chance.randint(0, len(lines[at]))
            lines[at] = lines[at][:column] + chance.create_choice(TOKENS) + lines[at][column:]
    return "\n".join(lines)


class _Tagged(yaml.SafeLoader):
    """Reads `!Ref x` as `{Ref: x}`."""


def _untagged(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    made = loader.construct_sequence if isinstance(node, yaml.SequenceNode) else loader.construct_mapping
    return {name: made(node, deep=True)}  # type: ignore[operator]


_Tagged.add_multi_constructor("!", _untagged)


def _in_tree(text: str, chance: random.Random) -> str:
    try:
        data = yaml.load(text, _Tagged)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, RecursionError):
        return _in_text(text, chance)
    places = list(_places(data))
    if not places:
        return _in_text(text, chance)
    parent, key = chance.create_choice(places)
    match chance.randrange(4):
        case 0:
            del parent[key]
        case 1 if isinstance(parent, dict):
            parent[chance.create_choice(("", "x", "Type", str(key) + "s", "Fn::If"))] = parent.pop(key)
        case 2:
            other, name = chance.create_choice(places)
            with contextlib.suppress(LookupError, TypeError):
                parent[key] = copy.deepcopy(other[name])
        case _:
            parent[key] = copy.deepcopy(chance.create_choice(VALUES))
    return json.dumps(data, default=str) if chance.random() < 0.5 else yaml.safe_dump(data, sort_keys=False)


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in list(items):
        yield data, key
        yield from _places(value)


def tried(file: Path, command: tuple[str, ...]) -> str:
    """Return what was wrong with how the command ended in a process of its own; nothing where all was well."""
    child = os.fork()
    if not child:
        _run_and_exit(file, command)
    _, status, used = os.wait4(child, 0)
    seconds, megabytes = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    if os.WIFSIGNALED(status):
        return f"signal {os.WTERMSIG(status)} after {seconds:.1f} s"
    if os.WEXITSTATUS(status) == BUG:
        return "traceback"
    if seconds > SECONDS:
        return f"{seconds:.1f} s"
    return f"{megabytes:.0f} MB" if megabytes > MEGABYTES else ""


def _run_and_exit(file: Path, command: tuple[str, ...]) -> None:
    from sfnorch.cli.main import main

    resource.setrlimit(resource.RLIMIT_CPU, (3 * SECONDS, 3 * SECONDS))
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    sys.argv = ["sfnorch", *(str(file) if word == "FILE" else word for word in command)]
    code = BUG
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        code = BUG
    os._exit(code)


def _load_modules() -> None:
    """Load what the commands use, once for all forked processes."""
    from sfnorch.cli.main import main

    silence = io.StringIO()
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.redirect_stdout(silence),
        contextlib.redirect_stderr(silence),
    ):
        file = Path(folder, "t.yaml")
        for kind, commands in COMMANDS.items():
            file.write_text(corpus(kind)[0], encoding="utf-8")
            for command in commands:
                sys.argv = ["sfnorch", *(str(file) if word == "FILE" else word for word in command)]
                with contextlib.suppress(SystemExit):
                    main()


def main() -> None:
    """Try the cases and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--plans", type=int, default=5000)
    parser.add_argument("--templates", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    _load_modules()
    for kind, number in (("plan", given.plans), ("template", given.templates)):
        texts, wrong = corpus(kind), Counter[str]()
        with tempfile.TemporaryDirectory() as folder:
            for case in range(number):
                chance = random.Random(f"{given.seed}/{kind}/{case}")  # noqa: S311 - not for secrets
                file = Path(folder, "case.yaml")
                file.write_text(faulty(chance.create_choice(texts), chance), encoding="utf-8", errors="replace")
                for command in COMMANDS[kind]:
                    if what := tried(file, command):
                        wrong[what.split(" ")[0] if what[0].isalpha() else what.split(" ")[1]] += 1
                        print(f"{kind} {case}: sfnorch {command[0]}: {what}", flush=True)
                        if given.keep:
                            given.keep.mkdir(parents=True, exist_ok=True)
                            (given.keep / f"{kind}-{case}.yaml").write_bytes(file.read_bytes())
        print(f"{number} {kind}s, each by {len(COMMANDS[kind])} commands: {dict(wrong) or 'nothing wrong'}")


if __name__ == "__main__":
    main()
