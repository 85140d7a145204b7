"""A file of a data set on the Hugging Face Hub that is read like one of this machine.

    path = HubFile("hf://datasets/org/people@v1.2/data/train.parquet")
    path.read_bytes(), pq.ParquetFile(path)         # brought here when it is first read, into the Hub's own cache
    path.name, str(path)                            # "train.parquet", the address

Without `@revision` it is the newest one. A token is taken from HF_TOKEN, as `writ publish` does. Nothing is written
there: each write would be a commit.
"""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from pathlib import PosixPath
from typing import Any

from pipeline.errors import UserError

SCHEME = "hf"
_ADDRESS = re.compile(r"hf://datasets/(?P<repo>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w.-]+))?/(?P<file>.+)")

_ONLY = (
    "From the Hub single files are read; a run lies in a folder or in s3://bucket/key, and `writ publish` brings its "
    "data set there"
)


class HubFile(PosixPath):
    """See the module's text."""

    def __str__(self) -> str:
        scheme, *rest = self.parts
        return f"{scheme}//{'/'.join(rest)}"

    def __repr__(self) -> str:
        return f"HubFile({str(self)!r})"

    def __fspath__(self) -> str:
        return _here(str(self))

    def absolute(self) -> HubFile:
        """Returns the path."""
        return self

    def resolve(self, strict: bool = False) -> HubFile:
        """Returns the path."""
        return self

    def mkdir(self, *_: Any, **__: Any) -> None:
        """Refuses.

        Raises:
            UserError: always.
        """
        raise UserError(f"{self}: cannot be written. {_ONLY}")


@cache
def _here(address: str) -> str:
    """Returns where the file is on this machine."""
    match = _ADDRESS.fullmatch(address)
    if match is None or ".." in match["file"].split("/"):
        raise UserError(
            f"{address}: names no file on the Hub; give hf://datasets/ORG/NAME/FILE, or ORG/NAME@REVISION. {_ONLY}"
        )
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )
    from huggingface_hub.utils.tqdm import disable_progress_bars

    if not sys.stderr.isatty():
        disable_progress_bars()
    token = os.environ.get("HF_TOKEN", "").strip() or False
    try:
        found = hf_hub_download(
            match["repo"], match["file"], repo_type="dataset", revision=match["revision"], token=token
        )
    except GatedRepoError:
        reason = "one must ask for access on its page, and set HF_TOKEN"
    except RepositoryNotFoundError:
        reason = "there is no such data set, or it is private and HF_TOKEN may not read it"
    except RevisionNotFoundError:
        reason = f"there is no revision {match['revision']}"
    except LocalEntryNotFoundError:
        reason = "the Hub does not answer, and no copy is here; see to the network, HF_ENDPOINT and HF_HUB_OFFLINE"
    except EntryNotFoundError:
        reason = f"{match['repo']} has no such file"
    except (HfHubHTTPError, OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
    else:
        return str(found)
    raise UserError(f"{address}: {reason}. {_ONLY}")
