"""The loop around the stand-in: it steps until it is told to stop, and adds up what it has done."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from campaignkit.demo.stand_in.simulator import Simulator, Tick
from campaignkit.domain.errors import StoreBusy
from campaignkit.store.base import Store

INTERVAL = 2.0  # seconds between two steps
CLAIM = "simulate"  # whoever stands in for Core on a database holds it
BREATH = 0.01  # seconds between two steps when there is more to do, so that readers get their turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What was done since the start: steps of campaigns, and rows of each kind."""

    speed: float
    seconds: float = 0
    ticks: int = 0
    moves: int = 0
    submitted: int = 0
    answers: int = 0
    receipts: int = 0
    sending: int = 0
    outstanding: int = 0

    def and_then(self, tick: Tick, seconds: float) -> Summary:
        """Return the summary after one more step."""
        return Summary(
            speed=self.speed,
            seconds=seconds,
            ticks=self.ticks + 1,
            moves=self.moves + tick.moves,
            submitted=self.submitted + tick.submitted,
            answers=self.answers + tick.answers,
            receipts=self.receipts + tick.receipts,
            sending=tick.sending,
            outstanding=tick.outstanding,
        )

    def as_json(self) -> Mapping[str, object]:
        """Return it as plain values."""
        return asdict(self) | {"seconds": round(self.seconds, 1)}


def run(
    store: Store,
    *,
    speed: float,
    stop: threading.Event,
    own_data: bool = False,
    tell: Callable[[Summary], None],
    warn: Callable[[str], None],
) -> Summary:
    """Stand in for Core until *stop* is set, and return what was done; *tell* hears of every step.

    One step is done at least, if the database is free. While another program holds it, it waits, having said so once.
    Raises `NotAllowed` for a database that is no sample (unless *own_data*), `StoreBusy` if somebody stands in for Core
    there already, and `StoreError` if it cannot be used any more; every finished step stays.
    """
    with _alone(store):
        simulator = Simulator(store, speed=speed)
        simulator.begin(_now(), own_data=own_data)
        return _steps(simulator, Summary(speed=speed), stop=stop, tell=tell, warn=warn)


@contextlib.contextmanager
def _alone(store: Store) -> Iterator[None]:
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(store.claim(CLAIM))
        except StoreBusy as error:
            raise StoreBusy(
                f"another `campaignkit simulate` works on {store.name}: let one of them run"
            ) from error
        yield


def _steps(
    simulator: Simulator,
    done: Summary,
    *,
    stop: threading.Event,
    tell: Callable[[Summary], None],
    warn: Callable[[str], None],
) -> Summary:
    began = time.monotonic()
    told = False
    # The first step is done whatever was said meanwhile: before it there is nothing true to say of what is outstanding.
    while True:
        try:
            tick = simulator.tick(_now())
        except StoreBusy as error:
            if not told:
                warn(f"{error}; waiting for it")
            told = True
            pause = INTERVAL
        else:
            told = False
            done = done.and_then(tick, time.monotonic() - began)
            tell(done)
            pause = BREATH if tick.backlog else INTERVAL
        if stop.wait(pause):
            return done


def _now() -> datetime:
    return datetime.now(UTC)
