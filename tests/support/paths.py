"""The path of the checkout."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).parent.parent.parent
