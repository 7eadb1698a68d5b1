"""Where sql/, notebooks/ and dashboards/ are: inside the package in a wheel, beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

PACKAGED = Path(__file__).resolve().parent / "_data"
CHECKOUT = Path(__file__).resolve().parents[1]


def asset(*parts: str) -> Path:
    """Return the path of a file or folder that ships with the package."""
    return (PACKAGED if PACKAGED.is_dir() else CHECKOUT).joinpath(*parts)
