"""Embeddings for the API graph: `hashed`, or any sentence-transformers model by its name or a local path.

vectors_of("hashed")(["loan id", "loan_ids"])
vectors_of("sentence-transformers/all-MiniLM-L6-v2")    # needs the extra: pip install 'writ[embeddings]'
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import UserError
from tool_specs.graph_embedding import Vectors
from tool_specs.hashed_vectors import hashed_vectors

HASHED = "hashed"


def vectors_of(name: str) -> Vectors:
    """Returns an embedding by its name.

    Raises:
        UserError: sentence-transformers is not installed, or cannot load the model.
    """
    if name == HASHED:
        return hashed_vectors
    try:
        library: Any = importlib.import_module("sentence_transformers")
    except ImportError as error:
        raise UserError(
            f"--embed {name} needs sentence-transformers, which cannot be imported ({error}): "
            f"`pip install 'writ[embeddings]'`, or take `--embed {HASHED}`, which needs no model"
        ) from error
    try:
        model = library.SentenceTransformer(name)
    except (OSError, ValueError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[:1]
        raise UserError(
            f"--embed {name}: the model cannot be loaded ({' '.join(reason)}); give the name of a model on the Hub, "
            "or the folder of one on this machine"
        ) from error

    def vectors(texts: Sequence[str]) -> NDArray[np.float32]:
        rows: NDArray[np.float32] = np.asarray(model.encode(list(texts), show_progress_bar=False), np.float32)
        return rows

    return vectors
