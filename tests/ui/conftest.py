"""The kits of the service tests, for the widget's kernel side."""

from tests.services.conftest import build, kit

__all__ = ["build", "kit"]
