"""Other programs end with all that they started, in time or out of it."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from bookbuild import processes

# Starts a child that would live for a minute, says its number, and waits for it.
PARENT = (
    "import subprocess, sys\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print(child.pid, flush=True)\n"
    "child.wait()\n"
)


def ended(number):
    """Return whether a process ends within some seconds."""
    for _ in range(100):
        try:
            if psutil.Process(number).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.1)
    return False


class TestRun:
    def test_gives_status_and_both_outputs(self):
        code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
        done = processes.run([sys.executable, "-c", code])
        assert done == processes.Done(status=3, out="out\n", err="err\n", in_time=True)

    @pytest.mark.slow
    def test_ends_what_takes_too_long_and_what_it_started(self):
        start = time.monotonic()
        done = processes.run([sys.executable, "-c", PARENT], limit=1)
        assert not done.in_time
        assert time.monotonic() - start < 30
        assert ended(int(done.out))

    @pytest.mark.slow
    def test_kills_what_does_not_listen(self, monkeypatch):
        monkeypatch.setattr(processes, "PATIENCE", 0.5)
        deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        deaf += "print('deaf', flush=True); time.sleep(60)"
        start = time.monotonic()
        done = processes.run([sys.executable, "-c", deaf], limit=1)
        assert (done.in_time, done.out) == (False, "deaf\n")
        assert time.monotonic() - start < 30

    def test_survives_output_that_is_no_text(self):
        code = "import sys; sys.stdout.buffer.write(b'na\\xefve')"
        assert processes.run([sys.executable, "-c", code]).out.startswith("na")


class TestFollow:
    def test_tells_each_line_and_keeps_them_all(self, tmp_path):
        told = []
        log = tmp_path / "logs" / "a.log"
        code = "print('one'); print('two'); raise SystemExit(4)"
        command = [sys.executable, "-c", code]
        status = processes.follow(
            command, told.append, log=log, env=os.environ | {"PYTHONUNBUFFERED": "1"}
        )
        assert status == 4
        assert told == ["one\n", "two\n"]
        assert log.read_text() == "one\ntwo\n"

    def test_does_not_wait_for_what_was_left_behind(self, tmp_path):
        leaves = PARENT.replace("child.wait()\n", "")
        told = []
        start = time.monotonic()
        command = [sys.executable, "-c", leaves]
        status = processes.follow(command, told.append, log=tmp_path / "a.log")
        assert status == 0
        assert time.monotonic() - start < 30
        assert ended(int(told[0]))


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_stopped_ends_what_it_started(how):
    code = (
        "import sys\nfrom bookbuild import processes\n"
        "try:\n"
        "    with processes.interruptible(), processes.started(\n"
        f"        [sys.executable, '-c', {PARENT!r}], stdout=sys.stdout\n"
        "    ) as process:\n"
        "        process.wait()\n"
        "except KeyboardInterrupt:\n"
        "    print('stopped', flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        # As in a shell's background, where interrupts are ignored from birth.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    ) as outer:
        child = int(outer.stdout.readline())
        outer.send_signal(how)
        rest, _ = outer.communicate(timeout=30)
    assert rest == "stopped\n"
    assert ended(child)


def test_signals_are_as_before_afterwards():
    before = signal.getsignal(signal.SIGTERM)
    with processes.interruptible():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
