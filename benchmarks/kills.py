"""Kills commands that write files, at random moments, and counts files by half and files that are left.

Each command runs in a process that is forked from one in which the modules are loaded, so that most kills hit its work
and not its start. After each kill all files in the folder are read: each must be the old one or a new one, whole. A
temporary file may be left by a kill, and must be gone after the next command that ends.
usage: python -m benchmarks.kills [--kills N] [--seed N]
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from sfnorch.cli.files import write_whole
from sfnorch.cli.main import main as run_sfnorch

COMMANDS = {
    "render": ["render", "-o", "out.yaml"],
    "render asl": ["render", "--format", "asl", "-o", "out.json"],
    "graph": ["graph", "-o", "out.mmd", "--format", "mermaid"],
    "simulate": ["simulate", "--save", "out.svg"],
    "init": ["init", "--force"],
}


def one_file() -> None:
    """Write one large file, again and again: where all kills hit the writing itself."""
    for number in range(1000):
        write_whole(Path("large"), str(number % 10) * 200_000)


def command(words: list[str]) -> Callable[[], None]:
    """The command, as its process runs it."""

    def run() -> None:
        sys.argv = ["sfnorch", *words]
        with contextlib.suppress(SystemExit):
            run_sfnorch()

    return run


def fork(work: Callable[[], None]) -> int:
    """The id of a new process that does the work and ends; it prints nothing."""
    child = os.fork()
    if child:
        return child
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        work()
    finally:
        os._exit(0)


def kill_at(work: Callable[[], None], seconds: float) -> bool:
    """Whether the process was killed, after so many seconds of its work."""
    child = fork(work)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def duration(work: Callable[[], None]) -> float:
    """The seconds that the work takes in a process that nobody kills."""
    began = time.perf_counter()
    os.waitpid(fork(work), 0)
    return time.perf_counter() - began


def contents() -> dict[str, str]:
    """The files of the current folder, temporary ones apart."""
    return {path.name: path.read_text(encoding="utf-8") for path in Path().iterdir() if not is_temporary(path)}


def is_temporary(path: Path) -> bool:
    """Whether the file is one that a write makes beside its target."""
    return path.name.startswith(".sfnorch-")


def soak(kills: int, chances: random.Random) -> Counter[str]:
    """The counts of so many kills, spread over the commands and the writing of one large file."""
    counts: Counter[str] = Counter()
    works = {"one file": one_file, **{name: command(words) for name, words in COMMANDS.items()}}
    for name, work in works.items():
        whole: dict[str, set[str]] = {}
        seconds = duration(work) if name != "one file" else 0.05
        for file, text in contents().items():
            whole.setdefault(file, set()).add(text)
            Path(file).write_text("old", encoding="utf-8")
            whole[file].add("old")
        if name == "one file":
            whole = {"large": {"old", *(str(digit) * 200_000 for digit in range(10))}}
        share = kills // 2 if name == "one file" else kills // (2 * len(COMMANDS))
        for _ in range(share):
            counts["kills"] += kill_at(work, chances.uniform(0, seconds * 1.1))
            for file, text in contents().items():
                counts["half-written files"] += text not in whole.get(file, set())
            left = sum(map(is_temporary, Path().iterdir()))
            counts["kills that left a temporary file"] += left > 0
            counts["most temporary files at once"] = max(counts["most temporary files at once"], left)
            if chances.random() < 0.5:  # old again, so that the next one has something to lose
                for file in whole:
                    Path(file).write_text("old", encoding="utf-8")
        write_whole(Path("last"), "")
        counts["temporary files after the next write"] += sum(map(is_temporary, Path().iterdir()))
        for path in Path().iterdir():
            path.unlink()
    return counts


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=3800)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for words in COMMANDS.values():  # loads all modules
            fork_free = command(words)
            with Path(os.devnull).open("w") as null, contextlib.redirect_stdout(null), contextlib.redirect_stderr(null):
                fork_free()
        for path in Path().iterdir():
            path.unlink()
        counts = soak(options.kills, random.Random(options.seed))  # noqa: S311 - no secret
        os.chdir("/")
    counts["half-written files"] += 0
    for name, count in counts.items():
        print(f"{name:<38} {count:6}")


if __name__ == "__main__":
    main()
