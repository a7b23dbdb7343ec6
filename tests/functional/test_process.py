"""The process of a command: standard streams that are full or closed, and Ctrl-C while modules load.

Real interpreters run where what they do before the command matters, and one command for each kind of stream. What the
other commands print goes the same ways: a process that has loaded them runs these.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sfnorch.cli.exit_codes import INTERRUPTED
from sfnorch.cli.process import OutputError, _Output
from tests.commands import Command
from tests.conftest import Outcome
from tests.golden.artifacts import ROOT

pytestmark = pytest.mark.slow  # they start whole processes

FULL = "Error: Cannot write to standard output: No space left on device\n"
CLOSED = "Error: Cannot write to standard output: it is closed\n"
TEMPLATE = str(ROOT / "SAM-template.yaml")

PRINTING = [
    ["--help"],
    ["--version"],
    ["help", "pipeline", "deploy"],
    ["patterns", "--output", "json"],
    ["schema"],
    ["render", "-o", "-"],
    ["graph", TEMPLATE],
    ["simulate", TEMPLATE],
    ["lint", "none.yaml", "--output", "json"],
    ["export", "airflow", "-o", "-"],
]
"""Commands with each way to print that there is."""


def _heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _closing(*descriptors: int) -> Callable[[], None]:
    def close() -> None:
        for descriptor in descriptors:
            os.close(descriptor)

    return close


def process(
    *arguments: str, folder: Path, before: Callable[[], None] = _heed_ctrl_c, code: str = "", **streams: int
) -> Outcome:
    """What a command comes to in a process of its own, which first runs the code."""
    begin = ["-c", f"{code}\nfrom sfnorch.__main__ import main\nmain()"] if code else ["-m", "sfnorch"]
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    done = subprocess.run(
        [sys.executable, *begin, *arguments], cwd=folder, preexec_fn=before, timeout=120, check=False, **streams
    )
    return Outcome(code=done.returncode, out=(done.stdout or b"").decode(), err=(done.stderr or b"").decode())


def loaded(*arguments: str, folder: Path, **streams: Any) -> Outcome:
    """What a command comes to in a process that has loaded what it needs."""
    command = Command(*arguments, folder=folder, **streams)
    out, err = command.communicate()
    return Outcome(code=command.wait(), out=out, err=err)


@pytest.fixture
def full() -> Iterator[int]:
    """A device that has no room."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    descriptor = os.open("/dev/full", os.O_WRONLY)
    yield descriptor
    os.close(descriptor)


@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_standard_output_that_is_full(tmp_path: Path, full: int, arguments: list[str]):
    assert loaded(*arguments, folder=tmp_path, streams={1: full}) == Outcome(code=1, out="", err=FULL)


@pytest.mark.parametrize("arguments", [["--version"], ["render", "-o", "-"]], ids=" ".join)
def test_a_standard_output_that_is_full_from_the_start_of_the_interpreter(
    tmp_path: Path, full: int, arguments: list[str]
):
    assert process(*arguments, folder=tmp_path, stdout=full) == Outcome(code=1, out="", err=FULL)


@pytest.mark.parametrize("arguments", PRINTING, ids=" ".join)
def test_a_standard_output_that_is_closed(tmp_path: Path, arguments: list[str]):
    assert loaded(*arguments, folder=tmp_path, closed=[1]) == Outcome(code=1, out="", err=CLOSED)


def test_a_standard_output_that_is_closed_from_the_start_of_the_interpreter(tmp_path: Path):
    done = process("--help", folder=tmp_path, before=_closing(1))
    assert done == Outcome(code=1, out="", err=CLOSED)


def test_a_file_is_written_though_nobody_can_read_that_it_is(tmp_path: Path):
    done = process("render", folder=tmp_path, before=_closing(0, 1, 2))
    assert done == Outcome(code=1, out="", err="")
    assert (tmp_path / "SAM-template.yaml").read_text() == Path(TEMPLATE).read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["SAM-template.yaml"]


def test_a_command_that_prints_nothing_needs_no_output(tmp_path: Path):
    done = loaded("deploy", "--stack-name", "1", folder=tmp_path, closed=[1])
    assert (done.code, done.err.splitlines()[-1][:55]) == (2, "Error: Invalid value for '--stack-name': '1' is not a s")


@pytest.mark.parametrize("arguments", [["render", "--plan", "none.yaml"], ["no-command"]], ids=" ".join)
def test_a_standard_error_that_is_full(tmp_path: Path, full: int, arguments: list[str]):
    done = loaded(*arguments, folder=tmp_path, streams={2: full})
    assert (done.code, done.out) == (1 if arguments[0] == "render" else 2, "")


def test_progress_that_can_not_be_shown_stops_nothing(tmp_path: Path, full: int):
    command = ("render", "-o", "-", "--format", "asl")
    told = loaded(*command, folder=tmp_path)
    assert "fill in the values before you start" in told.err
    for done in (
        loaded(*command, folder=tmp_path, streams={2: full}),
        loaded(*command, folder=tmp_path, closed=[2]),
        process(*command, folder=tmp_path, stderr=full),
    ):
        assert (done.code, done.out) == (0, told.out)


def test_documents_are_utf_8_where_there_is_no_locale(tmp_path: Path):
    (tmp_path / "sfnorch.yaml").write_text(
        "pattern: master-child\nchildren: [{name: a, jobs: [Jöb]}]\n", encoding="utf-8"
    )
    code = "import sys\nsys.stdout.reconfigure(encoding='ascii')"
    done = process("render", "-o", "-", folder=tmp_path, code=code)
    assert (done.code, "Jöb" in done.out) == (0, True), done


def test_a_standard_input_that_is_closed(tmp_path: Path):
    done = process("delete", "--stack-name", "s", folder=tmp_path, before=_closing(0))
    assert (done.code, done.err.splitlines()[-1]) == (2, "Error: No terminal for prompts; pass --yes to delete.")


@pytest.mark.parametrize("arguments", ["render -o -", "simulate"])
def test_a_reader_that_has_gone_is_no_bug(tmp_path: Path, arguments: str):
    command = f"{sys.executable} -m sfnorch {arguments} | head -n 1 > first; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) in (("1\n", ""), ("0\n", ""))  # 0 where all of it fits into the pipe
    assert len((tmp_path / "first").read_text().splitlines()) == 1


def test_a_pipe_that_is_full_and_does_not_block_is_waited_for():
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    filled = os.write(writing, b"x" * 1_000_000)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(os.read(reading, filled)))
    output = _Output(writing, required=True)
    reader.start()
    assert output.write(b"more") == 4
    reader.join()
    assert (read[0], os.read(reading, 10)) == (b"x" * filled, b"more")


def test_a_stream_reports_a_failure_once(full: int):
    output = _Output(full, required=True)
    with pytest.raises(OutputError):
        output.write(b"a")
    assert output.write(b"abc") == 3


INTERRUPT = "os.kill(os.getpid(), signal.SIGINT)"
WAYS = {
    "raised": INTERRUPT,
    "made another error": f"""
try:
    {INTERRUPT}
except KeyboardInterrupt as error:
    raise RuntimeError("Error calling __set_name__") from error
""",
    "ignored": f"""
try:
    {INTERRUPT}
except BaseException:
    pass
time.sleep(60)
""",
    "in a callback": f"""
class Garbage:
    def __del__(self):
        {INTERRUPT}
Garbage()
time.sleep(60)
""",
    "twice": f"""
try:
    {INTERRUPT}
finally:
    {INTERRUPT}
""",
}


def while_loading(module: str, way: str) -> str:
    """Code by which Ctrl-C comes in the moment in which the module is looked for."""
    return f"""
import os, signal, sys, time
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r} and not os.path.exists("come"):
            open("come", "w").close()
            exec({WAYS[way]!r}, globals())
sys.meta_path.insert(0, Finder())
"""


@pytest.mark.parametrize(
    "module",
    ["sfnorch.cli.process", "click", "sfnorch.cli.main", "sfnorch.cli.render", "sfnorch.plan.default", "troposphere"],
)
def test_ctrl_c_while_a_module_is_loaded(tmp_path: Path, module: str):
    done = process("render", folder=tmp_path, code=while_loading(module, "raised"))
    assert done == Outcome(code=INTERRUPTED, out="", err="Stopped.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["come"]


@pytest.mark.parametrize("way", [way for way in WAYS if way != "raised"])
def test_ctrl_c_that_other_code_takes_for_its_own(tmp_path: Path, way: str):
    done = process("render", folder=tmp_path, code=while_loading("troposphere", way))
    assert done == Outcome(code=INTERRUPTED, out="", err="Stopped.\n")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_another_signal_ends_a_command_as_ctrl_c_does(tmp_path: Path, name: str):
    def heed() -> None:  # also where the tests themselves run under nohup
        signal.signal(getattr(signal, name), signal.SIG_DFL)

    (tmp_path / "SAM-template.yaml").write_text("old")
    # within the writing of a file, which is taken back
    code = f"import os, signal\nos.fsync = lambda _: os.kill(os.getpid(), signal.{name})"
    done = process("render", folder=tmp_path, before=heed, code=code)
    assert done == Outcome(code=128 + getattr(signal, name), out="", err="Stopped.\n")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_a_signal_that_is_ignored_from_the_start_ends_nothing(tmp_path: Path):
    def ignore() -> None:  # as nohup does
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    code = "import os, signal\nos.fsync = lambda _: os.kill(os.getpid(), signal.SIGHUP)"
    done = process("render", folder=tmp_path, before=ignore, code=code)
    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize("arguments", ["render", "lint"])
def test_a_current_folder_that_does_not_exist_any_more(tmp_path: Path, arguments: str):
    (tmp_path / "gone").mkdir()
    done = process(arguments, folder=tmp_path / "gone", before=lambda: os.rmdir(tmp_path / "gone"))  # noqa: PTH106
    errors = {
        "render": "SAM-template.yaml can't be written: No such file or directory; create the folder first",
        "lint": "The current folder no longer exists; change to another folder",
    }
    assert done == Outcome(code=1, out="", err=f"Error: {errors[arguments]}\n")


def lints_and_asks_for_credentials(of: Callable[..., Outcome], folder: Path) -> None:
    """A command of each kind: one that lints by another's program, and one that reads settings of AWS's."""
    (folder / "t.yaml").write_text("Resources: {Topic: {Type: AWS::SNS::Topic}}\n")
    assert of("lint", "t.yaml", folder=folder).code == 0
    done = of("outputs", "--stack-name", "s", "--region", "eu-central-1", folder=folder)
    assert (done.code, done.out, done.err.splitlines()[0]) == (
        1,
        "",
        "Error: No usable AWS credentials: Unable to locate credentials",
    )


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has AWS's settings looked for in the home folder."""
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name)


@pytest.mark.usefixtures("no_settings")
@pytest.mark.parametrize("home", [None, "/etc/passwd", "/none/home"])
def test_a_home_folder_that_is_missing(tmp_path: Path, home: str | None, monkeypatch: pytest.MonkeyPatch):
    if home is None:
        monkeypatch.delenv("HOME")
    else:
        monkeypatch.setenv("HOME", home)
    lints_and_asks_for_credentials(loaded, tmp_path)


@pytest.mark.usefixtures("no_settings")
def test_a_home_folder_of_a_user_without_an_entry(tmp_path: Path):
    code = "import os, pwd\ndel os.environ['HOME']\npwd.getpwuid = {}.__getitem__"
    lints_and_asks_for_credentials(partial(process, code=code), tmp_path)


def test_ctrl_c_after_the_end_of_a_command(tmp_path: Path):
    code = f"import atexit, os, signal, time\natexit.register(lambda: ({INTERRUPT}, time.sleep(60)))"
    done = process("--version", folder=tmp_path, code=code)
    assert (done.code, done.err) == (0, "")


def test_ctrl_c_of_a_shell_that_has_its_background_ignore_it(tmp_path: Path):
    def ignore() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    code = f"import os, signal\n{INTERRUPT}" + while_loading("troposphere", "raised")
    done = process("render", folder=tmp_path, before=ignore, code=code)
    assert (done.code, done.err) == (0, "")


def test_the_command_of_the_package_is_the_guarded_one():
    assert '\n[project.scripts]\nsfnorch = "sfnorch.__main__:main"\n' in (ROOT / "pyproject.toml").read_text()
