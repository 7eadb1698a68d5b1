"""The pages that are read off the package's tables say what the tables say."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaignkit.domain.glossary import GLOSSARY
from campaignkit.domain.lifecycle import AUDITED, EDGES, TRANSITIONS
from tools.docs import DOCS, PAGES, lifecycle

VOCABULARY = """
created submitted approved rejected started paused resumed cancelled completed failed expired archived restored exported
downloaded pii_revealed note snapshot_taken report_sealed
""".split()  # R67


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_its_tables_give(name: str) -> None:
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), "run python tools/docs.py"


def test_the_diagram_draws_every_step_and_no_other() -> None:
    drawn = {
        (source, target)
        for line in lifecycle().splitlines()
        if line.startswith("  ") and "-->" in line and "[*]" not in line
        for source, target in [line.split(":")[0].split(" --> ")]
    }
    assert {(source.strip(), target) for source, target in drawn} == EDGES
    assert all(event in lifecycle() for _, event in TRANSITIONS)


def test_the_glossary_is_the_whole_vocabulary() -> None:
    assert list(GLOSSARY) == VOCABULARY
    assert set(AUDITED.values()) <= set(GLOSSARY)


def test_the_readme_leads_to_every_page() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    assert all(f"docs/{name}" in readme for name in PAGES)
