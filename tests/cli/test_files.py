"""Writing: at every moment the old or the new file is there, links and modes are kept."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time

import pytest

from flake8_nograd import files
from flake8_nograd.source import SourceError

OLD, NEW = b"old\n" * 50_000, b"new\n" * 60_000


@pytest.fixture
def path(tmp_path):
    """A file with the old text."""
    path = tmp_path / "a.py"
    path.write_bytes(OLD)
    return path


def leftovers(path) -> list[str]:
    return [name for name in os.listdir(path.parent) if name.endswith(".nograd")]


def test_replaces_the_bytes(path):
    files.write(str(path), OLD, NEW)
    assert path.read_bytes() == NEW
    assert leftovers(path) == []


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600])
def test_mode_stays(path, mode):
    path.chmod(mode)
    files.write(str(path), OLD, NEW)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_symbolic_link_stays(path):
    link = path.with_name("link.py")
    link.symlink_to(path)
    files.write(str(link), OLD, NEW)
    assert link.is_symlink()
    assert path.read_bytes() == NEW


def test_hard_link_stays(path):
    other = path.with_name("other.py")
    os.link(path, other)
    files.write(str(path), OLD, NEW)
    assert other.read_bytes() == NEW
    assert path.samefile(other)
    assert leftovers(path) == []


def test_owner_that_cannot_be_kept_means_writing_in_place(path, monkeypatch):
    inode = path.stat().st_ino
    monkeypatch.setattr(files, "_dress", lambda temporary, target: False)
    files.write(str(path), OLD, b"short\n")
    assert path.read_bytes() == b"short\n"
    assert path.stat().st_ino == inode


def test_file_that_changed_meanwhile_is_left(path):
    with pytest.raises(SourceError, match="changed while it was being fixed"):
        files.write(str(path), b"something else", NEW)
    assert path.read_bytes() == OLD


def test_pipe_is_not_written_to(tmp_path):
    path = tmp_path / "pipe"
    if not hasattr(os, "mkfifo"):
        pytest.skip("there are no named pipes here")
    os.mkfifo(path)
    with pytest.raises(SourceError, match="not a regular file"):
        files.write(str(path), OLD, NEW)


def test_failed_write_leaves_the_old_file(path, monkeypatch):
    def fail(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(SourceError, match="not written: No space left on device"):
        files.write(str(path), OLD, NEW)
    assert path.read_bytes() == OLD
    assert leftovers(path) == []


WRITER = """
import sys
from flake8_nograd import files
path, old, new = sys.argv[1], b"old\\n" * 50_000, b"new\\n" * 60_000
print("ready", flush=True)
while True:
    files.write(path, old, new)
    files.write(path, new, old)
"""


@pytest.mark.parametrize("moment", range(12))
def test_killed_at_any_moment(path, moment):
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.003 * moment)
        os.kill(writer.pid, signal.SIGKILL)
    assert path.read_bytes() in (OLD, NEW)


DYING = """
import os, shutil, signal, sys, tempfile
from flake8_nograd import files

def dying(function):
    def call(*arguments, **options):
        if sys.argv[3] == "after":
            function(*arguments, **options)
        os.kill(os.getpid(), signal.SIGKILL)
    return call

for module in (os, shutil, tempfile):
    if hasattr(module, sys.argv[2]):
        setattr(module, sys.argv[2], dying(getattr(module, sys.argv[2])))
path = sys.argv[1]
files.write(path, b"old\\n" * 50_000, b"new\\n" * 60_000)
"""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["mkstemp", "fsync", "copymode", "replace"])
def test_killed_at_each_step(path, step, when):
    done = subprocess.run([sys.executable, "-c", DYING, str(path), step, when], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() == (NEW if (step, when) == ("replace", "after") else OLD)
