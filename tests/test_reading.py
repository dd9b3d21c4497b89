"""What is given to the importer: files, folders and archives, bounded and safe."""

from __future__ import annotations

import io
import os
import stat
import zipfile

import pytest
from django.utils import translation

from knowledge import reading
from knowledge.reading import File, Unreadable, read, read_zip

NOTE = "# 进程\n\n运行中的程序。\n".encode()


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def archive(members: dict[str, bytes], compression=zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return buffer.getvalue()


@pytest.fixture
def notes(tmp_path):
    folder = tmp_path / "notes"
    (folder / "img").mkdir(parents=True)
    (folder / "os.md").write_bytes(NOTE)
    (folder / "img" / "a.png").write_bytes(b"\x89PNG")
    (folder / ".git").mkdir()
    (folder / ".git" / "x.md").write_bytes(NOTE)
    (folder / "code.py").write_bytes(b"print()")
    return folder


def names(files) -> list[str]:
    return [file.name for file in files]


def test_a_file_has_the_same_name_alone_in_its_folder_and_in_a_zip(notes):
    packed = notes.parent / "anything.zip"
    packed.write_bytes(archive({"notes/os.md": NOTE, "notes/img/a.png": b"\x89PNG"}))
    assert names(read(notes / "os.md")) == ["notes/os.md"]
    assert names(read(notes)) == ["notes/img/a.png", "notes/os.md"]
    assert sorted(names(read(packed))) == ["notes/img/a.png", "notes/os.md"]


def test_a_zip_without_a_folder_is_a_folder_of_its_own_name():
    assert names(read_zip(archive({"os.md": NOTE}), "notes.zip")) == ["notes/os.md"]


def test_names_in_a_chinese_windows_archive_are_readable():
    data = archive({"notes/AAAA.md": NOTE}).replace(b"AAAA", "进程".encode("gb18030"))
    assert names(read_zip(data, "a.zip")) == ["notes/进程.md"]


def test_a_file_name_in_another_encoding_than_the_system_s_is_readable():
    """As unpacking an archive of Chinese Windows leaves them."""
    left = os.fsdecode(b"notes/" + "深度学习.md".encode("gbk"))
    assert reading.as_text(left) == "notes/深度学习.md"
    assert reading.as_text("笔记/深度学习.md") == "笔记/深度学习.md"


def test_another_kind_of_file_is_refused_by_name(tmp_path):
    path = tmp_path / "book.pdf"
    path.write_bytes(b"%PDF")
    [file] = read(path)
    assert "not read" in file.refused and file.data == b""


def test_nothing_there(tmp_path):
    with pytest.raises(Unreadable, match="no such file"):
        list(read(tmp_path / "nowhere.md"))


def test_a_device_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.md")
    with pytest.raises(Unreadable, match="not a file"):
        list(read(tmp_path / "pipe.md"))


def test_a_file_that_is_too_large_does_not_stop_the_others(notes, monkeypatch):
    monkeypatch.setattr(reading, "MAX_FILE", 100)
    (notes / "big.md").write_bytes(b"a" * 101)
    found = {file.name: file.refused for file in read(notes)}
    assert "at most" in found["notes/big.md"]
    assert not found["notes/os.md"]


def test_a_link_that_leads_out_of_the_folder_is_not_followed(notes, tmp_path):
    secret = tmp_path / "secret.md"
    secret.write_bytes(b"secret")
    (notes / "link.md").symlink_to(secret)
    [link] = [file for file in read(notes) if file.name == "notes/link.md"]
    assert "link" in link.refused and link.data == b""


def test_more_than_fits(notes, monkeypatch):
    monkeypatch.setattr(reading, "MAX_TOTAL", 10)
    with pytest.raises(Unreadable, match="in all"):
        list(read(notes))


@pytest.mark.parametrize(
    "name", ["../up.md", "/etc/up.md", "a/../../up.md", "..\\up.md", "C:\\up.md"]
)
def test_a_zip_entry_that_leads_outside_refuses_the_archive(name):
    with pytest.raises(Unreadable, match="leads outside"):
        list(read_zip(archive({"fine.md": NOTE, name: NOTE}), "a.zip"))


def test_a_link_in_a_zip_refuses_the_archive():
    link = zipfile.ZipInfo("link.md")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr(link, "/etc/passwd")
    with pytest.raises(Unreadable, match="is a link"):
        list(read_zip(buffer.getvalue(), "a.zip"))


def test_a_bomb_is_refused():
    with pytest.raises(Unreadable, match="suspiciously"):
        list(read_zip(archive({"a.md": b"0" * 19_000_000}), "a.zip"))


def test_a_zip_that_declares_too_much_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(reading, "MAX_TOTAL", 1000)
    with pytest.raises(Unreadable, match="in all"):
        list(read_zip(archive({f"{n}.md": os.urandom(400) for n in range(3)}), "a.zip"))


def test_a_zip_that_lies_about_sizes_cannot_unpack_more_than_a_file_may_have(monkeypatch):
    monkeypatch.setattr(reading, "MAX_FILE", 1000)
    data = archive({"a.md": os.urandom(5000)})
    lying = data.replace((5000).to_bytes(4, "little"), (500).to_bytes(4, "little"))
    assert lying != data
    try:
        files = list(read_zip(lying, "a.zip"))
    except Unreadable:
        return
    assert all(len(file.data) <= 1000 for file in files)


def test_too_many_entries(monkeypatch):
    monkeypatch.setattr(reading, "MAX_MEMBERS", 2)
    with pytest.raises(Unreadable, match="more than 2"):
        list(read_zip(archive({f"{n}.md": NOTE for n in range(3)}), "a.zip"))


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_zip_says_so(compression):
    data = bytearray(archive({"a.md": NOTE * 300}, compression))
    for place in range(60, 90):
        data[place] ^= 0x5A
    with pytest.raises(Unreadable, match=r"cannot be read|not a readable"):
        list(read_zip(bytes(data), "a.zip"))


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip", b"PK\x05\x06" + b"\0" * 10])
def test_what_is_no_zip_says_so(data):
    with pytest.raises(Unreadable, match="not a readable zip"):
        list(read_zip(data, "a.zip"))


def test_an_encrypted_zip_says_so():
    data = bytearray(archive({"a.md": NOTE}))
    data[6] |= 1  # the flags of the entry and of its record in the directory
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Unreadable, match="encrypted"):
        list(read_zip(bytes(data), "a.zip"))


def test_any_cut_of_an_archive_is_refused_or_read():
    data = archive({"notes/a.md": NOTE * 20, "notes/b.md": NOTE})
    for end in range(0, len(data), 7):
        try:
            files = list(read_zip(data[:end], "a.zip"))
        except Unreadable:
            continue
        assert all(isinstance(file, File) for file in files)
