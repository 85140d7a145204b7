"""Vectors without a model: words and letter triples, hashed into a fixed number of columns.

    hashed_vectors(["loan id", "loan_ids"])    # two rows, close to each other

Near spellings come out near; `shelf` and `rack` do not. The same texts give the same numbers on every machine.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from tool_specs.names import tokens

WIDTH = 512


def hashed_vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """Returns a row per text; a piece that occurs in many of the texts weighs less."""
    pieces = [list(_pieces(text)) for text in texts]
    spread: dict[str, int] = {}
    for found in pieces:
        for piece in dict.fromkeys(found):
            spread[piece] = spread.get(piece, 0) + 1
    places = {piece: int.from_bytes(hashlib.blake2b(piece.encode(), digest_size=8).digest(), "big") for piece in spread}
    vectors = np.zeros((len(texts), WIDTH), np.float32)
    for row, found in enumerate(pieces):
        for piece in found:
            sign = 1.0 if places[piece] & 1 else -1.0  # what falls together cancels out as often as it adds up
            vectors[row, (places[piece] >> 1) % WIDTH] += sign * math.log1p(len(texts) / spread[piece])
    return vectors


def _pieces(text: str) -> Iterator[str]:
    for word in tokens(text):
        yield word
        marked = f"<{word}>"
        for start in range(len(marked) - 2):
            yield marked[start : start + 3]
