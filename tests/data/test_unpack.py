"""Unpacking archives, honest and hostile."""

import io
import stat
import tarfile
import zipfile

import pytest

from thesiscode.data.errors import DataError, StorageError, UnsafeArchive
from thesiscode.data.unpack import unpack


def tar(path, members, mode="w"):
    """A tar of (name or TarInfo, content)."""
    with tarfile.open(path, mode) as file:
        for member, content in members:
            info = member if isinstance(member, tarfile.TarInfo) else tarfile.TarInfo(member)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return path


def special(name, kind, target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for member, content in members:
            file.writestr(member, content)
    return path


def inside(tmp_path):
    folder = tmp_path / "inside"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_tar_is_unpacked_and_its_sizes_told(tmp_path, mode):
    folder = inside(tmp_path)
    archive = tar(tmp_path / "a.tar", [(special("VOC", tarfile.DIRTYPE), b""), ("VOC/a.txt", b"one"), ("b", b"")], mode)
    assert unpack(archive, folder, "tar") == {"VOC/a.txt": 3, "b": 0}
    assert (folder / "VOC" / "a.txt").read_bytes() == b"one"


def test_a_zip_is_unpacked_and_its_sizes_told(tmp_path):
    folder = inside(tmp_path)
    archive = zipped(tmp_path / "a.zip", [("pairs/", b""), ("pairs/1.txt", b"1 2\n"), ("README", b"?")])
    assert unpack(archive, folder, "zip") == {"pairs/1.txt": 4, "README": 1}


@pytest.mark.parametrize("name", ["../out.txt", "a/../../out.txt", "/tmp/out.txt", "a\\..\\out.txt", "C:/out.txt"])
@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_a_path_that_leads_out_is_refused(tmp_path, kind, name):
    folder = inside(tmp_path)
    pack = tar if kind == "tar" else zipped
    archive = pack(tmp_path / "a", [("good.txt", b"1"), (name, b"2")])
    with pytest.raises(UnsafeArchive, match="leads out of the folder") as error:
        unpack(archive, folder, kind)
    assert str(archive) in str(error.value) and "out.txt" in str(error.value)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "inside"]
    assert [p.name for p in folder.rglob("*")] == ["good.txt"]


@pytest.mark.parametrize(
    "info",
    [
        special("out", tarfile.SYMTYPE, "/etc"),
        special("out", tarfile.SYMTYPE, "../.."),
        special("out", tarfile.LNKTYPE, "../secret"),
        special("out", tarfile.FIFOTYPE),
        special("out", tarfile.CHRTYPE),
    ],
)
def test_a_tar_with_a_link_or_device_is_refused(tmp_path, info):
    folder = inside(tmp_path)
    archive = tar(tmp_path / "a.tar", [(info, b""), ("out/passwd", b"x")])
    with pytest.raises(UnsafeArchive, match="'out' is a link or a device"):
        unpack(archive, folder, "tar")
    assert list(folder.iterdir()) == []


def test_a_zip_with_a_symlink_is_refused(tmp_path):
    folder = inside(tmp_path)
    info = zipfile.ZipInfo("out")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(UnsafeArchive, match="'out' is a link or a device"):
        unpack(zipped(tmp_path / "a.zip", [(info, "/etc")]), folder, "zip")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_a_bomb_is_stopped(tmp_path, kind):
    folder = inside(tmp_path)
    zeros = [("zeros", bytes(100_000))]
    archive = tar(tmp_path / "a", zeros, "w:gz") if kind == "tar" else zipped(tmp_path / "a", zeros)
    assert archive.stat().st_size < 1000
    with pytest.raises(UnsafeArchive, match="unpacks to"):
        unpack(archive, folder, kind, max_bytes=50_000)
    assert sum(p.stat().st_size for p in folder.iterdir()) <= 50_000
    assert unpack(archive, folder, kind, max_bytes=100_000) == {"zeros": 100_000}


def test_by_default_fifty_times_the_archive_is_too_much(tmp_path):
    archive = tar(tmp_path / "a", [("zeros", bytes(65 * 2**20))], "w:gz")
    with pytest.raises(UnsafeArchive, match=r"unpacks to more than \d+ bytes"):
        unpack(archive, inside(tmp_path), "tar")


def test_a_zip_that_lies_about_its_size_is_stopped(tmp_path):
    folder = inside(tmp_path)
    archive = zipped(tmp_path / "a.zip", [("zeros", bytes(100_000))])
    size = (100_000).to_bytes(4, "little")
    assert archive.read_bytes().count(size) == 2
    archive.write_bytes(archive.read_bytes().replace(size, (10).to_bytes(4, "little")))
    with pytest.raises(DataError):
        unpack(archive, folder, "zip", max_bytes=50_000)
    assert sum(p.stat().st_size for p in folder.iterdir()) <= 50_000


@pytest.mark.parametrize("kind", ["tar", "zip"])
@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", b"PK\x03\x04broken", b"\x1f\x8b\x08broken"])
def test_what_is_no_archive(tmp_path, kind, content):
    archive = tmp_path / "a"
    archive.write_bytes(content)
    with pytest.raises(DataError, match="broken archive") as error:
        unpack(archive, inside(tmp_path), kind)
    assert str(archive) in str(error.value)


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_a_truncated_archive(tmp_path, kind):
    noise = [("noise", bytes(range(256)) * 400)]
    archive = tar(tmp_path / "a", noise, "w:gz") if kind == "tar" else zipped(tmp_path / "a", noise)
    archive.write_bytes(archive.read_bytes()[:-300])
    with pytest.raises(DataError, match="broken archive"):
        unpack(archive, inside(tmp_path), kind)


def test_an_empty_archive(tmp_path):
    with pytest.raises(DataError, match="holds no file"):
        unpack(tar(tmp_path / "a", []), inside(tmp_path), "tar")


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "inside").write_text("")
    with pytest.raises(StorageError, match="is a file, not a folder"):
        unpack(tar(tmp_path / "a", [("b", b"1")]), tmp_path / "inside", "tar")


@pytest.mark.parametrize(
    "members", [[("a", b"1"), ("a/b", b"2")], [("a/b", b"1"), ("a", b"2")], [(".", b"1")], [("n" * 300, b"1")]]
)
def test_paths_that_cannot_be_written_are_the_fault_of_the_archive(tmp_path, members):
    with pytest.raises(DataError, match="holds a path that cannot be written") as error:
        unpack(tar(tmp_path / "a", members), inside(tmp_path), "tar")
    assert str(tmp_path / "a") in str(error.value) and not isinstance(error.value, StorageError)
