"""What the launcher is told, on its command line; secrets come by the environment, where no `ps` shows them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Times are in seconds. A kernel's page is gone for good after `lost_pings` + `grace` at the latest."""

    host: str
    port: int
    root: str  # the folder of the dashboards
    folder: str  # private to the launcher, which removes it at its end
    mark: str = ""  # see servers.MARK
    max_kernels: int = 40
    spare: bool = True  # keep a kernel ready for the next page
    cell_timeout: int = 60  # what a cell may take
    first_grace: float = 40.0  # from the end of the rendering until the page must have connected
    grace: float = 15.0  # for a page that was connected and is not
    ping: float = 5.0  # between two pings to a page
    lost_pings: float = 16.0  # a page that has not answered for so long is gone, whatever the network says
    tick: float = 2.0  # between two looks at all kernels
    announce: str = ""  # "words" or "json": print the address when the server answers
    child: bool = False  # end when the process that has started the launcher ends

    def to_json(self) -> str:
        """Return the options as one argument of a command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Options:
        """Return what `to_json` has made an argument of."""
        return cls(**json.loads(text))
