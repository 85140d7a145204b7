"""What a product comes in."""

from __future__ import annotations

Grid = dict[str, tuple[str, ...]]
"""Option -> its values, cheapest first."""
