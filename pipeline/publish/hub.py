"""The Hub: one data set repository, filled by `huggingface_hub`, and what its refusals mean.

The repository is made if it is not there, and must then be as public as was asked. The files go first and the card
last, so that what has a card is whole. What an interrupted upload has brought there is not sent again by the next one,
and shards and traces of an earlier upload that are not among the new ones are deleted with the same commit.

The token is what the environment variable HF_TOKEN holds: it is handed on, never kept, and no message has it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pipeline.errors import Stopped, UserError
from pipeline.publish.upload import CARD, OURS, Upload

TOKEN = "HF_TOKEN"
ENDPOINT = "HF_ENDPOINT"
_SETTINGS = "https://huggingface.co/settings/tokens"
_CONTINUE = "what has arrived stays there, and the same command goes on"


def endpoint() -> str:
    """Returns where the Hub is."""
    return os.environ.get(ENDPOINT, "https://huggingface.co").rstrip("/")


def token_of(environment: Mapping[str, str]) -> str:
    """Returns the token.

    Raises:
        UserError: there is none, or it cannot be one.
    """
    token = environment.get(TOKEN, "").strip()
    if not token:
        raise UserError(
            f"{TOKEN} is not set. Make a token with write access at {_SETTINGS} and export it; a token that "
            "`hf auth login` has stored is not taken"
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise UserError(f"{TOKEN} holds something that is no token; make one at {_SETTINGS}")
    return token


def send(upload: Upload, token: str) -> str:
    """Uploads a data set; returns its address.

    Raises:
        UserError: the Hub refuses the token, the name or the contents, or the repository is more or less public.
        Stopped: the connection was lost, or the Hub cannot now.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.utils.tqdm import disable_progress_bars

    if not sys.stderr.isatty():
        disable_progress_bars()
    api = HfApi(endpoint=endpoint(), token=token)
    with _told(upload, token):
        api.create_repo(upload.repo, repo_type="dataset", private=not upload.public, exist_ok=True)
        _as_public_as_asked(upload, bool(api.repo_info(upload.repo, repo_type="dataset").private))
        files = [file.path for file in upload.files if file.path != CARD]
        api.upload_folder(
            repo_id=upload.repo,
            repo_type="dataset",
            folder_path=upload.folder,
            allow_patterns=files,
            delete_patterns=list(OURS),
            commit_message="Data",
        )
        api.upload_file(
            repo_id=upload.repo,
            repo_type="dataset",
            path_or_fileobj=upload.card.encode(),
            path_in_repo=CARD,
            commit_message="Card",
        )
    return f"{endpoint()}/datasets/{upload.repo}"


def _as_public_as_asked(upload: Upload, private: bool) -> None:
    if private and upload.public:
        raise UserError(
            f"{upload.repo}: is there, and private, which --public does not change; leave --public out, or change it "
            "in its settings on the Hub first"
        )
    if not private and not upload.public:
        raise UserError(
            f"{upload.repo}: is there, and public: everybody would see what is uploaded. Say so with --public, or give "
            "another --repo"
        )


@contextmanager
def _told(upload: Upload, token: str) -> Iterator[None]:
    """Turns what huggingface_hub raises into messages that say what to do, without the token."""
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    try:
        yield
    except OfflineModeIsEnabled as error:
        raise UserError("HF_HUB_OFFLINE is set; unset it to upload") from error
    except (HfHubHTTPError, httpx2.TransportError, RuntimeError, OSError) as error:
        status, said = _cause(error)
        said = " ".join(said.replace(token, "[token]").split())[:300]
        if status is None:
            raise Stopped(f"the upload to {endpoint()} broke off ({said}); {_CONTINUE}") from None
        if status == 401:
            raise UserError(f"{endpoint()} does not take this token (401); make one at {_SETTINGS}") from None
        if status == 403:
            raise UserError(
                f"{upload.repo}: this token may not write there (403: {said}); give another --repo, or a token with "
                f"write access to it ({_SETTINGS})"
            ) from None
        if status in (408, 409, 412, 429) or status >= 500:
            raise Stopped(f"{endpoint()} cannot now ({status}: {said}); {_CONTINUE}") from None
        raise UserError(f"{upload.repo}: the Hub refuses ({status}: {said})") from None


def _cause(error: BaseException) -> tuple[int | None, str]:
    """Returns the status of the answer that an error came of (None: there was none), and what was said."""
    from huggingface_hub.errors import HfHubHTTPError

    cause: BaseException = error
    while cause.__cause__ is not None and not isinstance(cause, HfHubHTTPError):
        cause = cause.__cause__
    if isinstance(cause, HfHubHTTPError):
        return cause.response.status_code, cause.server_message or ""
    return None, str(cause) or type(cause).__name__
