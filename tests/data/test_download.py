"""Fetching datasets, from a server on this machine."""

import fcntl
import gzip
import hashlib
import io
import os
import signal
import subprocess
import sys
import tarfile
import textwrap
import time
from pathlib import Path

import pytest

from thesiscode.data.download import RECORD, get
from thesiscode.data.errors import DataError, DownloadError, HashMismatch, MissingData, StorageError, UnsafeArchive
from thesiscode.data.registry import RemoteFile, Source
from thesiscode.data.verify import verify

from .server import serve

NOISE = b"".join(hashlib.sha256(bytes([i % 256, i // 256])).digest() for i in range(40_000))  # 1.28 MB


def tar(members):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as file:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def sha256(content):
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def registry(*files, by_hand=""):
    return {"toy": Source("toy", "Toy", "CC0", "Nobody", "https://example.org", files, by_hand)}


def below(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*"))


@pytest.fixture
def server():
    with serve({"a.bin": NOISE, "devkit.tar": tar({"kit/1.txt": b"one", "kit/2.txt": b"two"})}) as server:
        yield server


def test_a_file_arrives_and_is_kept(server, tmp_path):
    known = registry(RemoteFile("a.bin", (server.url("a.bin"),), len(NOISE), sha256(NOISE)))
    assert get("toy", tmp_path / "data", registry=known, progress=False) == tmp_path / "data" / "toy"
    assert (tmp_path / "data" / "toy" / "a.bin").read_bytes() == NOISE
    assert below(tmp_path / "data") == ["toy", "toy/a.bin"]


def test_an_archive_is_unpacked_and_removed(server, tmp_path):
    content = server.files["devkit.tar"]
    known = registry(RemoteFile("devkit.tar", (server.url("devkit.tar"),), hash=sha256(content), unpack="tar"))
    get("toy", tmp_path, registry=known, progress=False)
    assert below(tmp_path) == ["toy", f"toy/{RECORD}", "toy/kit", "toy/kit/1.txt", "toy/kit/2.txt"]


def test_what_is_there_is_not_fetched_again(server, tmp_path):
    known = registry(RemoteFile("a.bin", (server.url("a.bin"),)))
    get("toy", tmp_path, registry=known, progress=False)
    get("toy", tmp_path, registry=known, progress=False)
    assert server.asked == [("a.bin", 0)]


def test_a_progress_bar_is_shown(server, tmp_path, capsys):
    get("toy", tmp_path, registry=registry(RemoteFile("a.bin", (server.url("a.bin"),))))
    assert "a.bin: 100%" in capsys.readouterr().err


def test_the_second_address_serves_where_the_first_is_gone(server, tmp_path):
    addresses = ("http://127.0.0.1:1/a.bin", server.url("gone"), server.url("a.bin"))
    get("toy", tmp_path, registry=registry(RemoteFile("a.bin", addresses, hash=sha256(NOISE))), progress=False)
    assert (tmp_path / "toy" / "a.bin").read_bytes() == NOISE


def test_the_second_address_serves_where_the_first_sends_something_else(server, tmp_path):
    server.files["other"] = b"<html>this domain is for sale</html>"
    known = registry(RemoteFile("a.bin", (server.url("other"), server.url("a.bin")), hash=sha256(NOISE)))
    get("toy", tmp_path, registry=known, progress=False)
    assert (tmp_path / "toy" / "a.bin").read_bytes() == NOISE


def test_no_address_works(server, tmp_path):
    known = registry(RemoteFile("a.bin", (server.url("gone"), server.url("gone too")), hash=sha256(NOISE)))
    with pytest.raises(DownloadError, match=r"no address works.*404.*404.*add an address that works"):
        get("toy", tmp_path, registry=known, progress=False)
    assert below(tmp_path) == []


@pytest.mark.parametrize(
    "published",
    [
        {"hash": sha256(b"another")},
        {"hash": "md5:" + 32 * "0"},
        {"hash": "sha256-prefix:00000000"},
        {"size": len(NOISE) - 1},
        {"size": len(NOISE) + 1},
    ],
)
def test_another_file_than_the_published_one_is_not_kept(server, tmp_path, published):
    with pytest.raises(HashMismatch, match="not the published file") as error:
        get(
            "toy", tmp_path, registry=registry(RemoteFile("a.bin", (server.url("a.bin"),), **published)), progress=False
        )
    assert "a.bin" in str(error.value) and server.url("a.bin") in str(error.value)
    assert below(tmp_path) == []


def test_the_first_digits_of_a_hash_are_enough_where_no_more_is_published(server, tmp_path):
    prefix = f"sha256-prefix:{hashlib.sha256(NOISE).hexdigest()[:8]}"
    get("toy", tmp_path, registry=registry(RemoteFile("a.bin", (server.url("a.bin"),), hash=prefix)), progress=False)
    assert below(tmp_path / "toy") == ["a.bin"]


def test_a_broken_connection_is_continued_by_the_next_call(server, tmp_path):
    server.break_after["a.bin"] = 700_000
    known = registry(RemoteFile("a.bin", (server.url("a.bin"),), len(NOISE), sha256(NOISE)))
    with pytest.raises(DownloadError, match="no address works"):
        get("toy", tmp_path, registry=known, progress=False)
    assert not (tmp_path / "toy").exists()
    get("toy", tmp_path, registry=known, progress=False)
    (_, first), (_, second) = server.asked
    assert first == 0 < second <= 700_000
    assert (tmp_path / "toy" / "a.bin").read_bytes() == NOISE
    assert below(tmp_path) == ["toy", "toy/a.bin"]


def test_a_server_that_cannot_continue_sends_all_anew(server, tmp_path):
    server.break_after["a.bin"], server.ranges = 700_000, False
    known = registry(RemoteFile("a.bin", (server.url("a.bin"),), len(NOISE), sha256(NOISE)))
    with pytest.raises(DownloadError):
        get("toy", tmp_path, registry=known, progress=False)
    get("toy", tmp_path, registry=known, progress=False)
    assert (tmp_path / "toy" / "a.bin").read_bytes() == NOISE


def test_without_a_hash_a_broken_connection_starts_anew(server, tmp_path):
    server.break_after["a.bin"] = 700_000
    known = registry(RemoteFile("a.bin", (server.url("a.bin"),)))
    with pytest.raises(DownloadError):
        get("toy", tmp_path, registry=known, progress=False)
    assert below(tmp_path) == []
    get("toy", tmp_path, registry=known, progress=False)
    assert server.asked == [("a.bin", 0), ("a.bin", 0)]
    assert (tmp_path / "toy" / "a.bin").read_bytes() == NOISE


def test_the_next_address_continues_what_the_first_began(server, tmp_path):
    server.break_after["a.bin"] = 700_000
    server.files["mirror"] = NOISE
    known = registry(RemoteFile("a.bin", (server.url("a.bin"), server.url("mirror")), len(NOISE), sha256(NOISE)))
    get("toy", tmp_path, registry=known, progress=False)
    assert (tmp_path / "toy" / "a.bin").read_bytes() == NOISE
    assert [name for name, _ in server.asked] == ["a.bin", "mirror"] and server.asked[1][1] > 0


def test_what_a_killed_call_left_is_not_trusted_without_a_hash(server, tmp_path):
    files = tmp_path / ".partial" / "toy" / "files"
    files.mkdir(parents=True)
    for name in ("a.bin.part", "tmp1234"):
        (files / name).write_bytes(b"x" * 1000)
    get("toy", tmp_path, registry=registry(RemoteFile("a.bin", (server.url("a.bin"),))), progress=False)
    assert (tmp_path / "toy" / "a.bin").read_bytes() == NOISE
    assert below(tmp_path) == ["toy", "toy/a.bin"]


def test_a_part_that_was_tampered_with_does_not_pass(server, tmp_path):
    files = tmp_path / ".partial" / "toy" / "files"
    files.mkdir(parents=True)
    (files / "a.bin.part").write_bytes(b"x" * 1000)
    known = registry(RemoteFile("a.bin", (server.url("a.bin"),), len(NOISE), sha256(NOISE)))
    with pytest.raises(HashMismatch):
        get("toy", tmp_path, registry=known, progress=False)
    get("toy", tmp_path, registry=known, progress=False)
    assert (tmp_path / "toy" / "a.bin").read_bytes() == NOISE


def test_what_arrived_whole_is_kept_when_the_next_file_breaks(server, tmp_path):
    server.files["b.bin"] = NOISE[::-1]
    server.break_after["b.bin"] = 300_000
    known = registry(*(RemoteFile(n, (server.url(n),), hash=sha256(server.files[n])) for n in ("a.bin", "b.bin")))
    with pytest.raises(DownloadError):
        get("toy", tmp_path, registry=known, progress=False)
    get("toy", tmp_path, registry=known, progress=False)
    assert [name for name, _ in server.asked] == ["a.bin", "b.bin", "b.bin"]
    assert (tmp_path / "toy" / "b.bin").read_bytes() == NOISE[::-1]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (tar({"good": b"1", "../out": b"2"}), UnsafeArchive),
        (b"not an archive", DataError),
        (tar({"good": NOISE})[:200_000], DataError),
    ],
)
def test_after_a_bad_archive_nothing_stays(server, tmp_path, content, error):
    server.files["bad"] = content
    with pytest.raises(error):
        get("toy", tmp_path, registry=registry(RemoteFile("bad", (server.url("bad"),), unpack="tar")), progress=False)
    assert below(tmp_path) == []


def test_an_absurd_size_is_refused(server, tmp_path):
    known = registry(RemoteFile("devkit.tar", (server.url("devkit.tar"),), unpack="tar"))
    with pytest.raises(UnsafeArchive, match="more than 4 bytes"):
        get("toy", tmp_path, registry=known, progress=False, max_bytes=4)
    assert below(tmp_path) == []


def test_a_dataset_larger_than_the_disk_is_not_begun(server, tmp_path):
    known = registry(RemoteFile("a.bin", (server.url("a.bin"),), 2**60))
    with pytest.raises(StorageError, match=r"the disk is full.*GiB needed.*THESISCODE_DATA"):
        get("toy", tmp_path, registry=known, progress=False)
    assert below(tmp_path) == [] and server.asked == []


def test_a_folder_below_a_file_cannot_be_written(server, tmp_path):
    (tmp_path / "file").write_text("I am a file")
    known = registry(RemoteFile("a.bin", (server.url("a.bin"),)))
    with pytest.raises(StorageError, match=r"is a file, not a folder.*THESISCODE_DATA"):
        get("toy", tmp_path / "file" / "data", registry=known, progress=False)
    assert (tmp_path / "file").read_text() == "I am a file" and server.asked == []


def test_a_read_only_file_system(server):
    known = registry(RemoteFile("a.bin", (server.url("a.bin"),)))
    if not Path("/proc/self").exists():
        pytest.skip("there is no /proc, which nobody can write to")
    with pytest.raises(StorageError, match="/proc"):
        get("toy", "/proc/thesiscode", registry=known, progress=False)


CHILD = """
    import resource, signal, sys
    from thesiscode.data.download import get
    from thesiscode.data.registry import RemoteFile, Source
    url, folder, hash, limit, unpack = sys.argv[1:]
    if int(limit):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    file = RemoteFile("a.bin", (url,), hash=hash, unpack=unpack)
    get("toy", folder, registry={"toy": Source("toy", "Toy", "CC0", "Nobody", "https://x", (file,))}, progress=False)
"""


def child(url, folder, *, hash="", limit=0, unpack=""):
    root = str(Path(__file__).parents[2])
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(CHILD), url, str(folder), hash, str(limit), unpack],
        env={**os.environ, "PYTHONPATH": root},
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="limits on files are a matter of Unix")
@pytest.mark.parametrize(("name", "unpack"), [("a.bin", ""), ("big.tar", "tar")])
def test_when_the_disk_cannot_take_more_nothing_stays(server, tmp_path, name, unpack):
    # A limit on the size of files stops the write where a full disk would: on the download, and on what it unpacks to.
    server.files["big.tar"] = tar({f"{i}": NOISE[i : i + 1000] for i in range(5)} | {"big": bytes(2 * 10**6)})
    server.files["big.tar"] = gzip.compress(server.files["big.tar"])
    process = child(server.url(name), tmp_path, limit=500_000, unpack=unpack)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "StorageError" in said and "beyond the largest size" in said and "THESISCODE_DATA" in said
    assert below(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a matter of Unix")
def test_a_killed_download_never_looks_finished_and_is_continued(tmp_path):
    big = NOISE * 40  # 51 MB: several seconds at the speed below
    with serve({"a.bin": big}) as server:
        write = server.http.RequestHandlerClass.do_GET

        def slowly(handler):
            raw = handler.wfile

            class Slow:
                def write(self, data):
                    for k in range(0, len(data), 2**18):
                        raw.write(data[k : k + 2**18])
                        raw.flush()
                        time.sleep(0.02)

                def __getattr__(self, name):
                    return getattr(raw, name)

            handler.wfile = Slow()
            try:
                write(handler)
            except (BrokenPipeError, ConnectionResetError):
                pass
            finally:
                handler.wfile = raw

        server.http.RequestHandlerClass.do_GET = slowly
        process = child(server.url("a.bin"), tmp_path, hash=sha256(big))
        part = tmp_path / ".partial" / "toy" / "files" / "a.bin.part"
        deadline = time.monotonic() + 60
        while (not part.exists() or part.stat().st_size < 2**20) and time.monotonic() < deadline:
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=10)
        assert not (tmp_path / "toy").exists()
        assert 0 < part.stat().st_size < len(big)

        server.http.RequestHandlerClass.do_GET = write
        known = registry(RemoteFile("a.bin", (server.url("a.bin"),), hash=sha256(big)))
        get("toy", tmp_path, registry=known, progress=False)
        assert server.asked[-1][1] > 0
    assert (tmp_path / "toy" / "a.bin").read_bytes() == big
    assert below(tmp_path) == ["toy", "toy/a.bin"]


def test_two_processes_do_not_fetch_the_same_at_once(server, tmp_path):
    (tmp_path / ".partial").mkdir()
    with (tmp_path / ".partial" / "toy.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(DataError, match="another process is fetching toy"):
            get("toy", tmp_path, registry=registry(RemoteFile("a.bin", (server.url("a.bin"),))), progress=False)
    assert server.asked == []


def test_what_needs_a_login_says_how(tmp_path):
    with pytest.raises(MissingData, match=r"image-net\.org.*one folder a synset"):
        get("imagenet", tmp_path, progress=False)


def test_importing_and_reading_the_registry_opens_no_connection():
    code = """
        import socket
        def refuse(*a, **k): raise AssertionError("a connection was opened")
        socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
        import thesiscode.data
        from thesiscode.data import coco, download, imagenet, lfw, lsun, mnist, registry
        from thesiscode.data import tuebingen, verify, voc, weights
        registry.load_registry()
        try:
            mnist.MNIST("/nowhere")
        except ValueError as error:
            print(error)
    """
    root = str(Path(__file__).parents[2])
    env = {**os.environ, "PYTHONPATH": root}
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], env=env, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "thesis data get mnist" in run.stdout


class TestVerify:
    def test_what_was_fetched_is_right_until_it_changes(self, server, tmp_path):
        content = server.files["devkit.tar"]
        known = registry(
            RemoteFile("a.bin", (server.url("a.bin"),), hash=sha256(NOISE)),
            RemoteFile("devkit.tar", (server.url("devkit.tar"),), hash=sha256(content), unpack="tar"),
        )
        assert [c.standing for c in verify("toy", tmp_path, registry=known)] == ["not here"]
        get("toy", tmp_path, registry=known, progress=False)
        assert [c.standing for c in verify("toy", tmp_path, registry=known)] == ["ok", "ok"]
        (tmp_path / "toy" / "a.bin").write_bytes(NOISE[:-1])
        (tmp_path / "toy" / "kit" / "1.txt").write_bytes(b"on")
        (tmp_path / "toy" / "kit" / "2.txt").unlink()
        found = {c.file: c.standing for c in verify("toy", tmp_path, registry=known)}
        assert found == {"a.bin": "differs", "kit/1.txt": "differs", "kit/2.txt": "missing"}

    def test_where_no_hash_is_published_it_says_so(self, server, tmp_path):
        known = registry(
            RemoteFile("a.bin", (server.url("a.bin"),)),
            RemoteFile("devkit.tar", (server.url("devkit.tar"),), unpack="tar"),
        )
        get("toy", tmp_path, registry=known, progress=False)
        assert [c.standing for c in verify("toy", tmp_path, registry=known)] == ["no published hash"] * 2

    def test_files_put_by_hand(self, server, tmp_path):
        (tmp_path / "toy" / "kit").mkdir(parents=True)
        known = registry(
            RemoteFile("a.bin", (server.url("a.bin"),)),
            RemoteFile("devkit.tar", (server.url("devkit.tar"),), unpack="tar"),
        )
        assert [c.standing for c in verify("toy", tmp_path, registry=known)] == ["missing", "put by hand"]

    def test_another_file_put_by_hand(self, tmp_path):
        (tmp_path / "toy").mkdir()
        (tmp_path / "toy" / "my own.bin").write_bytes(b"1")
        known = registry(RemoteFile("a.bin", ("https://example.org/a.bin",), hash=sha256(NOISE)))
        assert [c.standing for c in verify("toy", tmp_path, registry=known)] == ["put by hand"]

    @pytest.mark.parametrize("wrapped", [True, False])
    def test_a_wrapper_counts_by_what_it_holds(self, tmp_path, wrapped):
        content_hash = f"md5:{hashlib.md5(NOISE).hexdigest()}"
        file = RemoteFile("a.gz", ("https://example.org/a.gz",), hash=sha256(b"another"), content_hash=content_hash)
        path = tmp_path / "toy" / ("a.gz" if wrapped else "a")
        path.parent.mkdir()
        for content, standing in ((NOISE, "ok"), (NOISE[:-1], "differs")):
            path.write_bytes(gzip.compress(content, 1) if wrapped else content)
            assert [c.standing for c in verify("toy", tmp_path, registry=registry(file))] == [standing]
        if wrapped:
            path.write_bytes(gzip.compress(NOISE, 1)[:-5])
            assert [c.standing for c in verify("toy", tmp_path, registry=registry(file))] == ["differs"]

    def test_mnist_by_what_the_wrapper_holds(self, real_data):
        checks = verify("mnist", real_data("mnist").parent)
        assert [c.standing for c in checks] == ["ok"] * 4
