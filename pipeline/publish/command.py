"""`writ publish RUN --repo org/name`: says what would be uploaded, and with --yes uploads it."""

from __future__ import annotations

import os
from pathlib import Path

from rich.console import Console

from pipeline.errors import WHOLE
from pipeline.publish.hub import endpoint, send, token_of
from pipeline.publish.upload import OURS, Upload, upload_of
from pipeline.remote.local import nearby


def publish(run: Path, repo: str, public: bool, yes: bool, console: Console) -> int:
    """Publishes a run's data set; see `writ publish --help`.

    Raises:
        UserError: something that can be mended: the run, the token, the repository's name.
        Stopped: the connection was lost.
    """
    with nearby(run, "recipe.json", "run.json", "dataset") as here:
        upload = upload_of(here, repo, public)
        _say(console, "\n".join(_described(upload, run / "dataset")))
        if not yes:
            text = "This was a dry run: nothing was uploaded. --yes uploads it, with the token in HF_TOKEN"
            _say(console, text)
            return WHOLE
        _say(console, send(upload, token_of(os.environ)))
    return WHOLE


def _described(upload: Upload, folder: Path) -> list[str]:
    kind = "public" if upload.public else "private"
    total = sum(file.bytes for file in upload.files)
    lines = [f"{folder} -> {kind} data set {upload.repo} at {endpoint()}: {len(upload.files)} files, {total:,} bytes"]
    width = max(len(file.path) for file in upload.files)
    for file in upload.files:
        rows = "" if file.rows is None else f"{file.rows:>12,} rows"
        lines.append(f"  {file.path:{width}}{file.bytes:>16,} bytes{rows}")
    for config, splits in upload.configs.items():
        lines.append(f"config {config}: " + ", ".join(f"{split} {rows:,} rows" for split, rows in splits.items()))
    lines.append(
        f"Of {', '.join(OURS)} there, what is not among these files is deleted; nothing else there is touched."
    )
    if upload.left:
        lines.append(f"Left out, no part of the data set: {', '.join(upload.left)}")
    return [*lines, "The card's front matter:", upload.front_matter.rstrip()]


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
