"""Files are written as a whole or not at all, and what a killed process left is in nobody's way."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
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


def test_what_a_killed_process_left_blocks_nobody(tmp_path: Path):
    (tmp_path / "f").write_text("old")
    (tmp_path / f".sfnorch-{os.getpid()}").write_text("what an earlier version left, and its process had this id")
    killed = "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)"
    for _ in range(2):
        assert write_elsewhere(tmp_path, fault=killed)[0] == -signal.SIGKILL
        assert (tmp_path / "f").read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 4
    write_whole(tmp_path / "f", "new")
    assert (tmp_path / "f").read_text() == "new"
    assert len(list(tmp_path.iterdir())) == 4


def test_a_file_is_on_the_disk_before_it_takes_the_name(tmp_path: Path):
    (tmp_path / "f").write_text("old")
    fault = "seen = []\nos.fsync = lambda d: (seen.append(d), print(os.fstat(d).st_size, open('f').read()))"
    done = subprocess.run(
        [sys.executable, "-c", f"import os\n{fault}\n{WRITE}"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "30000 old\n"


def test_ctrl_c_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    (tmp_path / "f").write_text("old")
    interrupted = "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGINT)"

    code, error = write_elsewhere(tmp_path, fault=interrupted, before=heed_ctrl_c)
    assert (code, error) == (-signal.SIGINT, "KeyboardInterrupt")
    assert contents(tmp_path) == {"f": "old"}


def test_a_disk_that_is_full_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    (tmp_path / "f").write_text("old")
    code, error = write_elsewhere(tmp_path, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000)))
    assert (code, error) == (1, "sfnorch.errors.SfnorchError: f can't be written: File too large")
    assert contents(tmp_path) == {"f": "old"}


def test_a_device_that_is_full():
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(SfnorchError, match=r"^/dev/full can't be written: No space left on device$"):
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
