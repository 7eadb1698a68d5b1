"""The command line: each command is a thin call of the package.

Exit status: 0 done; 1 refused or failed, with one sentence on standard error; 2 wrong usage; 130 interrupted.
With `--json` standard output is one JSON object, or empty on an error; messages go to standard error.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence

from campaignkit.cli.parser import parse
from campaignkit.domain.errors import CampaignKitError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; never raises, and never asks a question."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # data may hold what the terminal cannot show
    given = parse(arguments)
    try:
        from campaignkit.cli import commands  # after parsing: --help needs no database

        answer = commands.run(given)
        _print(answer.text)
        return answer.status
    except KeyboardInterrupt:
        return _fail("interrupted; nothing half done is left behind", status=130)
    except BrokenPipeError:
        return _fail("standard output was closed before everything was written")
    except CampaignKitError as error:
        return _fail(str(error))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _fail(f"{where}{error.strerror or error}")
    except Exception as error:  # the last door: a user gets a sentence, a developer asks for more
        if os.environ.get("CAMPAIGNKIT_DEBUG"):
            raise
        return _fail(f"a fault of campaignkit ({type(error).__name__}); CAMPAIGNKIT_DEBUG=1 shows where")


def _print(text: str) -> None:
    if not text:
        return
    if sys.stdout is None or sys.stdout.closed:
        raise BrokenPipeError
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        with contextlib.suppress(OSError, ValueError):  # or the interpreter complains again at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            raise
        raise BrokenPipeError from error


def _fail(sentence: str, *, status: int = 1) -> int:
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            print(f"campaignkit: {sentence}", file=sys.stderr)
    return status
