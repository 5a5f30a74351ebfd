"""The app on real terminals: of every kind, without colours, in any locale, and however it is made to end, the
terminal is afterwards what it was before."""

import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEADLINE = 60
COLOUR = re.compile(rb"\x1b\[[\d;]*(?:3[0-7]|9[0-7]|38;[25];[\d;]+)m")


def welcomed(home):
    """The first tour has been seen, so that home opens at once."""
    home.mkdir(exist_ok=True)
    (home / "settings.json").write_text('{"welcomed": true}')


class Terminal:
    """The program on a pseudo-terminal of its own; `seen` is all that it wrote."""

    def __init__(self, home, *arguments, size=(24, 80), **environment):
        welcomed(home)
        self.master, slave = pty.openpty()
        self.slave = os.dup(slave)  # to look at its state when the program has gone
        self.resize(*size)
        self.before = termios.tcgetattr(self.slave)
        self.seen = b""
        clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLORTERM")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tui.cli", *arguments],
            stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**clean, "PREFERABLY_HOME": str(home), "TERM": "xterm", "LANG": "C.UTF-8", **environment},
        )  # fmt: skip
        os.close(slave)

    def resize(self, rows, columns):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, end):
        """What has come by now; waits for more, but not beyond the deadline."""
        ready, _, _ = select.select([self.master], [], [], max(0.0, end - time.monotonic()))
        assert ready, self.seen[-2000:]
        data = os.read(self.master, 1 << 16)
        self.seen += data
        return data

    def until(self, text):
        """Read until the program has written `text`."""
        end, start = time.monotonic() + DEADLINE, len(self.seen)
        while text not in self.seen[start:]:
            self.read(end)

    def type(self, keys):
        os.write(self.master, keys)

    def ended(self):
        """Its exit code; what it still writes is read, since a full terminal would hold it up."""
        end = time.monotonic() + DEADLINE
        while self.process.poll() is None:
            assert time.monotonic() < end
            ready, _, _ = select.select([self.master], [], [], 0.05)
            if ready:
                self.seen += os.read(self.master, 1 << 16)
        while select.select([self.master], [], [], 0)[0]:
            self.seen += os.read(self.master, 1 << 16)
        return self.process.returncode

    def restored(self):
        """Whether lines and echo are as before, the cursor is there, and the alternate screen and the mouse are off."""
        off = [b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?2004l"]
        on = [code.replace(b"l", b"h") if code.endswith(b"l") else b"\x1b[?25l" for code in off]
        last = all(self.seen.rfind(one) > self.seen.rfind(other) for one, other in zip(off, on, strict=True))
        return last and termios.tcgetattr(self.slave) == self.before

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for handle in (self.master, self.slave):
            if handle >= 0:
                os.close(handle)


@pytest.fixture
def terminal(tmp_path):
    opened = []

    def run(*arguments, **environment):
        opened.append(Terminal(tmp_path / "home", *arguments, **environment))
        return opened[-1]

    yield run
    for one in opened:
        one.close()


@pytest.mark.parametrize(
    "name", ["xterm", *(pytest.param(other, marks=pytest.mark.long) for other in ("screen", "tmux-256color", "linux"))]
)
def test_it_draws_on_it_and_q_leaves_it_as_it_was(name, terminal):
    app = terminal(TERM=name)
    app.until(b"Chapters")
    app.type(b"q")
    assert app.ended() == 0
    assert app.restored()
    assert b"Traceback" not in app.seen


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGTERM, 143),
        pytest.param(signal.SIGHUP, 129, marks=pytest.mark.long),
        pytest.param(signal.SIGINT, 130, marks=pytest.mark.long),
    ],
)
def test_a_signal_ends_it_and_the_terminal_is_as_it_was(number, code, terminal):
    app = terminal()
    app.until(b"Chapters")
    app.process.send_signal(number)
    assert app.ended() == code
    assert app.restored()
    assert b"Traceback" not in app.seen


@pytest.mark.long
def test_a_terminal_that_goes_away_takes_the_app_with_it(terminal):
    app = terminal()
    app.until(b"Chapters")
    for name in ("slave", "master"):
        os.close(getattr(app, name))
        setattr(app, name, -1)
    assert app.process.wait(DEADLINE) == 129


@pytest.mark.parametrize("name", ["dumb", ""])
def test_a_terminal_that_cannot_draw_is_refused_with_the_way_out(name, terminal):
    app = terminal(TERM=name)
    assert app.ended() == 2
    assert b"preferably plain" in app.seen
    assert b"\x1b" not in app.seen
    assert termios.tcgetattr(app.slave) == app.before


@pytest.mark.long
def test_no_color_means_no_colour(terminal):
    app = terminal(NO_COLOR="1")
    app.until(b"Chapters")
    app.type(b"q")
    assert app.ended() == 0
    greys = {found for found in COLOUR.findall(app.seen) if not grey(found)}
    assert greys == set()


def grey(code):
    """Whether a colour is a shade of grey, which is what is left without colours."""
    numbers = [int(number) for number in re.findall(rb"\d+", code)]
    if 2 in numbers and 38 in numbers:
        red, green, blue = numbers[numbers.index(38) + 2 : numbers.index(38) + 5]
        return red == green == blue
    return 38 in numbers and numbers[-1] in (0, 7, 8, 15, 16, 231, *range(232, 256))


LOCALES = {"C": {"LC_ALL": "C"}, "latin-1": {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"}}


@pytest.mark.long
@pytest.mark.parametrize("locale", LOCALES.values(), ids=LOCALES)
def test_any_locale(locale, terminal):
    app = terminal(**locale)
    app.until(b"Chapters")
    app.type(b"1")
    app.until(b"DPO")
    app.type(b"q")
    assert app.ended() == 0
    assert app.restored()
    assert b"Traceback" not in app.seen


@pytest.mark.long
def test_a_terminal_as_small_as_can_be(terminal):
    app = terminal(size=(1, 1))
    app.until(b"\x1b[?1049h")
    app.until(b"\x1b[?25l")
    app.resize(24, 80)
    app.process.send_signal(signal.SIGWINCH)
    app.until(b"Chapters")
    app.type(b"q")
    assert app.ended() == 0


def test_the_plain_mode_on_a_terminal_waits_for_lines_and_writes_no_codes(terminal):
    app = terminal("plain", TERM="dumb")
    app.until(b"> ")
    app.type(b"quit\n")
    assert app.ended() == 0
    assert b"\x1b" not in app.seen
    assert termios.tcgetattr(app.slave) == app.before


@pytest.mark.long
@pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux on this machine")
def test_in_tmux_the_screen_comes_back(tmp_path):
    clean = {name: value for name, value in os.environ.items() if name != "TMUX"}
    welcomed(tmp_path / "home")
    environment = {**clean, "TMUX_TMPDIR": str(tmp_path), "PREFERABLY_HOME": str(tmp_path / "home"), "LANG": "C.UTF-8"}

    def tmux(*arguments):
        command = ["tmux", "-f", "/dev/null", *arguments]
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    def until(text):
        end = time.monotonic() + DEADLINE
        while text not in (shown := tmux("capture-pane", "-p")):
            assert time.monotonic() < end, shown
        return shown

    tmux("new-session", "-d", "-x", "80", "-y", "24", "PS1='here: ' bash --norc --noprofile")
    try:
        tmux("send-keys", f"{sys.executable} -m tui.cli", "Enter")
        until("Chapters")
        tmux("send-keys", "1")
        until("DPO")
        tmux("send-keys", "q")
        assert "Chapters" not in until("here: ")
        tmux("send-keys", "echo $TERM still $((6 * 7))", "Enter")
        until("still 42")
    finally:
        tmux("kill-server")
