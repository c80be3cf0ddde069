"""A small HTTP server for tests of downloads: it can break off, refuse to continue, and remembers what it was asked."""

import contextlib
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server:
    """Serves `files` (bytes by name) on 127.0.0.1.

    `break_after`: for a name, the number of bytes after which its next answer breaks off. `ranges`: whether the server
    continues from a position. `asked`: the (name, first byte) of every request.
    """

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files, self.ranges = files, True
        self.break_after: dict[str, int] = {}
        self.asked: list[tuple[str, int]] = []
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.http.daemon_threads = True

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.http.server_port}/{name}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.lstrip("/")
                wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
                start = int(wanted[1]) if wanted and server.ranges else 0
                server.asked.append((name, start))
                if name not in server.files:
                    self.send_error(404)
                    return
                content = server.files[name]
                if start >= len(content) > 0:
                    self.send_error(416)
                    return
                self.send_response(206 if start else 200)
                if start:
                    self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
                self.send_header("Content-Length", str(len(content) - start))
                self.end_headers()
                self.wfile.write(content[start : server.break_after.pop(name, None)])

            def log_message(self, *args):
                pass

        return Handler


@contextlib.contextmanager
def serve(files: dict[str, bytes]) -> Iterator[Server]:
    """Runs a server for the time of a `with` block."""
    server = Server(files)
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        server.http.server_close()
        thread.join()
