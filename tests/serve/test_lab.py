from __future__ import annotations

import pytest

from campaignkit.serve import lab


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """A wheel with two notebooks, and a current folder of the user's."""
    shipped = tmp_path / "site-packages" / "campaignkit" / "_data"
    (shipped / "notebooks").mkdir(parents=True)
    for name in ("01_campaigns.ipynb", "02_recipients.ipynb"):
        (shipped / "notebooks" / name).write_text("shipped")
    monkeypatch.setattr(lab, "PACKAGED", shipped)
    monkeypatch.setattr(lab, "asset", shipped.joinpath)
    mine = tmp_path / "mine"
    mine.mkdir()
    monkeypatch.chdir(mine)
    return mine


def test_the_notebooks_of_a_checkout_are_served_where_they_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert lab.notebooks() == lab.asset("notebooks")
    assert list(tmp_path.iterdir()) == []


def test_the_notebooks_of_a_wheel_are_copied_for_the_user_to_save(installed):
    folder = lab.notebooks()
    assert folder == installed / "campaignkit-notebooks"
    assert sorted(path.name for path in folder.iterdir()) == ["01_campaigns.ipynb", "02_recipients.ipynb"]


def test_what_the_user_has_saved_is_never_overwritten(installed):
    saved = lab.notebooks() / "01_campaigns.ipynb"
    saved.write_text("mine")
    (saved.parent / "02_recipients.ipynb").unlink()
    lab.notebooks()
    assert saved.read_text() == "mine"
    assert (saved.parent / "02_recipients.ipynb").read_text() == "shipped"
