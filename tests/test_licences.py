"""What is shipped, under which licences: read from what is installed, and nothing unread comes in."""

from __future__ import annotations

import re
from importlib.metadata import Distribution

import pytest

from bench import licences
from bench.licences import Package, licence_of, pinned, shipped

LISTED = dict(
    re.findall(r"^\| ([a-z0-9-]+) \| (\S+) \|", licences.DOCUMENT.read_text("utf-8"), re.MULTILINE)
)


class Installed(Distribution):
    def __init__(self, metadata: str) -> None:
        self._metadata = metadata

    def read_text(self, filename: str) -> str | None:
        return self._metadata if filename == "METADATA" else None

    def locate_file(self, path):
        raise NotImplementedError


def test_the_list_is_of_what_is_pinned():
    """A changed pin needs `python -m bench.licences --write`."""
    for name, requirement in pinned().items():
        (pin,) = requirement.specifier
        assert LISTED.get(name, "").split("+")[0] == pin.version, name


def test_it_names_everything_that_comes_along():
    assert len(pinned()) < len(shipped())
    missing = {p.name for p in shipped()} - set(LISTED)
    # What PyTorch's builds for graphics cards bring, where one of those is installed.
    assert not {name for name in missing if not name.startswith(("nvidia-", "cuda-", "triton"))}


def test_every_licence_is_permissive_or_was_read_by_a_person():
    assert [p for p in shipped() if not p.is_clear and not p.name.startswith("nvidia-")] == []


def test_files_of_others_are_there_and_their_licences_beside_them():
    page = licences.DOCUMENT.read_text("utf-8")
    for path, *_ in licences.VENDORED:
        assert (licences.ROOT / path).is_file(), path
        assert path in page
    for folder in ("static/vendor/fonts", "tests/browser/vendor", "interview/grading/model"):
        assert [p for p in (licences.ROOT / folder).iterdir() if "LICENSE" in p.name], folder


def test_no_vendored_file_is_forgotten():
    kinds = {".woff", ".woff2", ".ttf", ".otf", ".onnx", ".bin"}
    found = {
        path.relative_to(licences.ROOT).as_posix()
        for room in ("static", "interview", "knowledge", "tests")
        for path in (licences.ROOT / room).rglob("*")
        if path.suffix in kinds or path.name.endswith(".min.js")
    }
    assert found <= {path for path, *_ in licences.VENDORED}


@pytest.mark.parametrize(
    ("metadata", "licence"),
    [
        ("License-Expression: MIT", "MIT"),
        ("Classifier: License :: OSI Approved :: MIT License", "MIT"),
        ("Classifier: License :: OSI Approved :: BSD License\nLicense: BSD-3-Clause", "BSD-3-Clause"),
        ("License: Apache 2.0 License", "Apache-2.0"),
        ("Name: nothing-said", ""),
    ],
)  # fmt: skip
def test_where_a_licence_is_read_from(metadata, licence):
    assert licence_of(Installed(metadata + "\n\n")) == licence


@pytest.mark.parametrize(
    ("licence", "clear"),
    [
        ("MIT", True),
        ("MIT AND (Apache-2.0 OR GPL-2.0-only)", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_what_needs_a_person(licence, clear):
    assert Package("new", "1", licence, True).is_clear is clear


def test_a_package_that_was_read_is_read_again_when_its_licence_changes():
    assert Package("tqdm", "9", "MPL-2.0 AND MIT", False).is_clear
    assert not Package("tqdm", "9", "SSPL-1.0", False).is_clear
