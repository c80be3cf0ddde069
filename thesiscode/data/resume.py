"""Moving one file over HTTP: a pooch downloader that continues what a broken connection left."""

import os
from pathlib import Path
from typing import Any

import requests
from tqdm import tqdm

from .errors import DataError

_CHUNK = 2**18
_TIMEOUT = (15, 60)  # seconds to connect, and between two chunks


class ResumingDownloader:
    """Called by pooch as `downloader(url, output_file, pooch)`.

    Bytes go to `part` first and move to the output file once they are all there. What a former call left in `part` is
    kept and the server is asked for the rest; a server that cannot do so sends the whole file anew. Whether the pieces
    fit together is for the hash to tell. `size` is the number of bytes to expect, 0 if not known.
    """

    def __init__(self, part: Path, *, size: int = 0, progress: bool = False) -> None:
        self.part, self.size, self.progress = part, size, progress

    def __call__(self, url: str, output_file: str, pooch: Any = None, check_only: bool = False) -> None:
        """Fetches `url`. Raises requests' exceptions for the network, OSError for the disk, DataError for the size."""
        start = self.part.stat().st_size if self.part.exists() else 0
        if not self.size or start != self.size:
            with self._answer(url, start) as response:
                response.raise_for_status()
                if response.status_code != requests.codes.partial_content:
                    start = 0
                self._save(response, start)
        os.replace(self.part, output_file)

    def _answer(self, url: str, start: int) -> requests.Response:
        """The server's answer: the bytes from `start` on, or else the whole file."""
        response = self._ask(url, start)
        refused = response.status_code == requests.codes.requested_range_not_satisfiable
        other_part = response.status_code == requests.codes.partial_content and not response.headers.get(
            "Content-Range", ""
        ).startswith(f"bytes {start}-")
        if refused or other_part:
            response.close()
            response = self._ask(url, 0)
        return response

    def _ask(self, url: str, start: int) -> requests.Response:
        # A compressed transfer would make byte positions meaningless.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
        return requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT)

    def _save(self, response: requests.Response, start: int) -> None:
        received = start
        total = start + int(response.headers.get("Content-Length", 0)) or self.size
        with (
            self.part.open("ab" if start else "wb") as out,
            tqdm(
                desc=self.part.stem,
                total=total or None,
                initial=start,
                unit="B",
                unit_scale=True,
                disable=not self.progress,
            ) as bar,
        ):
            for chunk in response.iter_content(_CHUNK):
                received += len(chunk)
                if self.size and received > self.size:
                    break
                out.write(chunk)
                bar.update(len(chunk))
        if self.size and received != self.size:
            raise DataError(response.url, f"{received} bytes came, expected {self.size}", "use another address")
