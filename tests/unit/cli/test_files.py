"""Files are written as a whole or not at all, and what a killed process left is in nobody's way."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sfnorch.cli.files import write_whole
from sfnorch.errors import SfnorchError

WRITE = "from pathlib import Path\nfrom sfnorch.cli.files import write_whole\nwrite_whole(Path('f'), 'new' * 10_000)"


def write_elsewhere(folder: Path, *, fault: str = "", before: Callable[[], None] | None = None) -> tuple[int, str]:
    """The exit code of a process that writes the file `f`, and the last line of its error."""
    code = f"import os, signal\n{fault}\n{WRITE}"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, preexec_fn=before, capture_output=True, text=True, check=False
    )
    return done.returncode, (done.stderr.splitlines() or [""])[-1]


def heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_what_a_killed_process_left_is_removed_by_the_next_write(tmp_path: Path):
    (tmp_path / "f").write_text("old")
    (tmp_path / ".sfnorch-0123").write_text("a file of another's")
    killed = "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)"
    for _ in range(2):
        assert write_elsewhere(tmp_path, fault=killed)[0] == -signal.SIGKILL
        assert (tmp_path / "f").read_text() == "old"
        assert len(list(tmp_path.iterdir())) == 3
    write_whole(tmp_path / "g", "new")
    assert contents(tmp_path) == {"f": "old", "g": "new", ".sfnorch-0123": "a file of another's"}


def test_a_temporary_file_that_is_in_use_is_not_removed(tmp_path: Path):
    left = tmp_path / ".sfnorch-0123456789abcdef"
    with left.open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        write_whole(tmp_path / "f", "new")
        assert left.exists()
    write_whole(tmp_path / "f", "new")
    assert contents(tmp_path) == {"f": "new"}


def test_nothing_but_files_of_its_own_is_removed(tmp_path: Path):
    names = [f".sfnorch-{digit * 16}" for digit in "0123"]
    (tmp_path / names[0]).mkdir()
    os.mkfifo(tmp_path / names[1])
    (tmp_path / names[2]).symlink_to("f")
    write_whole(tmp_path / "f", "new")
    assert {path.name for path in tmp_path.iterdir()} >= {"f", names[0], names[2]}


@pytest.mark.parametrize("there", [True, False])
def test_many_commands_write_one_file_at_once(tmp_path: Path, there: bool):
    if there:
        (tmp_path / "f").write_text("0")
    threads = [threading.Thread(target=write_whole, args=(tmp_path / "f", str(n) * 1000)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (text,) = contents(tmp_path).values()
    assert text in {str(n) * 1000 for n in range(1, 9)}


def test_a_file_is_on_the_disk_before_it_takes_the_name_and_its_name_after_that(tmp_path: Path):
    (tmp_path / "f").write_text("old")
    seen = "stat.S_ISDIR(os.fstat(d).st_mode) or os.fstat(d).st_size, open('f').read()[:3]"
    fault = f"import stat\nos.fsync = lambda d: print({seen})"
    done = subprocess.run(
        [sys.executable, "-c", f"import os\n{fault}\n{WRITE}"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "30000 old\nTrue new\n"


def test_ctrl_c_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    (tmp_path / "f").write_text("old")
    interrupted = "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGINT)"

    code, error = write_elsewhere(tmp_path, fault=interrupted, before=heed_ctrl_c)
    assert (code, error) == (-signal.SIGINT, "KeyboardInterrupt")
    assert contents(tmp_path) == {"f": "old"}


def test_a_disk_that_is_full_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    (tmp_path / "f").write_text("old")
    code, error = write_elsewhere(tmp_path, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000)))
    assert (code, error) == (
        1,
        (
            "sfnorch.errors.SfnorchError: f can't be written: File too large; raise the limit for the "
            "size of files, or write to another place"
        ),
    )
    assert contents(tmp_path) == {"f": "old"}


def test_a_device_that_is_full():
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(
        SfnorchError,
        match=r"^/dev/full can't be written: No space left on device; free some space, or write to another place$",
    ):
        write_whole(Path("/dev/full"), "text")


@pytest.mark.parametrize("mode", [0o600, 0o664])
def test_a_file_keeps_its_mode(tmp_path: Path, mode: int):
    path = tmp_path / "f"
    path.write_text("old")
    path.chmod(mode)
    write_whole(path, "new")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", mode)


def test_a_new_file_has_the_mode_of_new_files(tmp_path: Path):
    (tmp_path / "other").write_text("")
    write_whole(tmp_path / "f", "new")
    assert (tmp_path / "f").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_link_stays_a_link(tmp_path: Path):
    (tmp_path / "link").symlink_to("f")
    write_whole(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "f").read_text() == "new"


def test_a_link_that_leads_to_nothing_is_written_through(tmp_path: Path):
    (tmp_path / "link").symlink_to("f")
    write_whole(tmp_path / "link", "new")
    assert ((tmp_path / "link").is_symlink(), contents(tmp_path)) == (True, {"f": "new", "link": "new"})


def link_to_itself(folder: Path) -> Path:
    (folder / "a").symlink_to("b")
    (folder / "b").symlink_to("a")
    return folder / "a"


def file_as_folder(folder: Path) -> Path:
    (folder / "file").write_text("old")
    return folder / "file" / "f"


@pytest.mark.parametrize(
    ("place", "error"),
    [
        (lambda folder: folder / "none" / "f", "No such file or directory; create the folder first"),
        (lambda folder: folder / ("x" * 300), "File name too long; choose a shorter name"),
        (link_to_itself, "Too many levels of symbolic links; remove the link, which points to itself"),
        (file_as_folder, "Not a directory; name a file in a folder"),
    ],
)
def test_a_place_where_nothing_can_be_written(tmp_path: Path, place: Callable[[Path], Path], error: str):
    path = place(tmp_path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(SfnorchError) as caught:
        write_whole(path, "new")
    assert caught.value.message == f"{path} can't be written: {error}"
    assert sorted(tmp_path.iterdir()) == before


def test_what_is_saved_is_printable(tmp_path: Path):
    write_whole(tmp_path / "f", "a\x1b[2J\u202e\n")
    assert (tmp_path / "f").read_text() == "a\\u001b[2J\\u202e\n"
