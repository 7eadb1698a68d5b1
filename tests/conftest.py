"""What all tests share: one profile for property tests."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("campaignkit", deadline=None, print_blob=True)  # a busy machine is no bug
settings.load_profile("campaignkit")
