"""The command line: each command is a thin call of the package.

Exit status: 0 done; 1 refused or failed, with one sentence on standard error; 2 wrong usage; 130 interrupted.
With `--json` standard output is one JSON object, or empty on an error; messages go to standard error.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; never raises but for wrong usage, and never asks a question."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # data may hold what the terminal cannot show
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return _fail("interrupted; nothing half done is left behind", status=130)
    except BrokenPipeError:
        return _fail("standard output was closed before everything was written")
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _fail(f"{where}{error.strerror or error}")


def _run(arguments: Sequence[str] | None) -> int:
    # Imported here, so that Ctrl-C is heeded from the first moment and --help needs no database.
    from campaignkit.cli.parser import parse
    from campaignkit.domain.errors import CampaignKitError

    given = parse(arguments)
    try:
        from campaignkit.cli import commands

        answer = commands.run(given)
    except CampaignKitError as error:
        return _fail(str(error))
    except OSError:
        raise
    except Exception as error:  # the last door: a user gets a sentence, a developer asks for more
        if os.environ.get("CAMPAIGNKIT_DEBUG"):
            raise
        return _fail(f"a fault of campaignkit ({type(error).__name__}); CAMPAIGNKIT_DEBUG=1 shows where")
    _print(answer.text)
    return answer.status


def _print(text: str) -> None:
    if not text:
        return
    if sys.stdout is None or sys.stdout.closed:
        raise BrokenPipeError
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or the interpreter complains again at exit
        raise


def _fail(sentence: str, *, status: int = 1) -> int:
    try:
        if sys.stderr is not None:
            sys.stderr.write(f"campaignkit: {sentence}\n")
    except OSError:
        pass  # nobody is left to be told
    return status
