"""What becomes of a spoiled network: shown whole, refused in words, or a fault."""

import contextlib
import linecache
import re
import resource
import signal
import sys
from pathlib import Path

import byhand.shapes
from byhand.shapes import ReadError, ShapeError

SECONDS = 2.0  # of the processor, for reading and for each view
MEGABYTES = 300  # of the whole process at its largest
CLEAN = (ReadError, ShapeError, TypeError, ValueError)
OURS = str(Path(byhand.shapes.__file__).parent)

# What Python says where nobody looked; a message that quotes it helps no reader.
BARE = re.compile(
    r"object (is not|has no|does not|cannot)|unsupported operand|has no attribute|"
    r"not supported between|list index|indices must be|unhashable|'NoneType'|"
    r"not enough values|too many values|invalid literal for|argument of type|"
    r"unexpected keyword|positional argument|must be real number|"
    r"integer string conversion|maximum recursion|Traceback"
)


class TooSlow(BaseException):
    """It took longer than it may; nothing catches this by mistake."""


def judged(action, *, seconds=SECONDS):
    """Run an action; return what it gave, and its fault in words or "".

    Parameters
    ----------
    action : callable
        Without arguments.
    seconds : float
        Of the processor; on a busy machine more go by.

    Returns
    -------
    result : object
        None where the action did not end well.
    kind : str
        "done", the name of a clean exception, or "fault".
    words : str
        What the exception said.
    """
    before = peak()
    try:
        with limited(seconds):
            result = action()
    except TooSlow:
        return None, "fault", f"takes over {seconds} s"
    except CLEAN as error:
        return None, *of_clean(error)
    except SystemExit as error:
        clean = error.code in (0, 2)
        return None, "SystemExit" if clean else "fault", f"exit with {error.code!r}"
    except BaseException as error:
        return None, "fault", f"{type(error).__name__}: {error} ({place_of(error)})"
    if peak() > max(MEGABYTES, before + 10):
        return None, "fault", f"takes {peak():.0f} MB"
    return result, "done", ""


def of_clean(error):
    """Return what an exception of the right type is: clean only in our own words."""
    words = str(error)
    raised = is_raised(error)
    if not words.strip() or not raised or BARE.search(words):
        return "fault", f"{type(error).__name__}: {words} ({place_of(error)})"
    return type(error).__name__, words


def last_frame(error):
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace


def is_raised(error):
    """Return whether our own code raised it, rather than Python in a line of ours."""
    trace = last_frame(error)
    file = trace.tb_frame.f_code.co_filename
    line = linecache.getline(file, trace.tb_lineno).strip()
    return file.startswith(OURS) and line.startswith("raise")


def place_of(error):
    trace = last_frame(error)
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


@contextlib.contextmanager
def limited(seconds):
    """Raise TooSlow where what is within takes longer."""

    def stop(number, frame):
        raise TooSlow

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def peak():
    """Return the megabytes that this process took at its largest."""
    status = Path("/proc/self/status")
    if status.exists():
        # What the kernel counts as a resource includes the process that started it.
        lines = status.read_text(encoding="utf-8").splitlines()
        line = next(line for line in lines if line.startswith("VmHWM"))
        return int(line.split()[1]) / 2**10
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (2**20 if sys.platform == "darwin" else 2**10)
