"""What a page's kernel runs: ipykernel, which listens nowhere but on its sockets in a private folder."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the kernel. Two parts of ipykernel open a port, to which every login of the machine could connect."""
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # takes its time to import, too
    from ipykernel.iostream import IOPubThread
    from ipykernel.kernelapp import launch_new_instance

    def no_pipe(thread: IOPubThread) -> None:
        thread._pipe_flag = False  # noqa: SLF001 - what it has no option for; a dashboard forks no process

    IOPubThread._setup_pipe_in = no_pipe  # type: ignore[method-assign]  # noqa: SLF001
    launch_new_instance()


if __name__ == "__main__":
    main()
