"""Pictures on other hosts, fetched into media, so that the bank shows them without those hosts.

Texts are never altered: a fetched picture lies under a name made of its address (see
knowledge.refresh.fetched_picture), and rendering looks there first. This is the one module of the
bank that talks to other hosts. An address comes from whoever wrote the notes, so a host is resolved
once, refused if any of its addresses is not a public one, and connected to at the address that was
checked, at every redirect anew.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import urllib3
from django.utils.translation import gettext as _

from knowledge.models import Question
from knowledge.reading import MEGABYTE
from knowledge.refresh import fetched_folder, fetched_name, picture_links

MAX_PICTURE = 10 * MEGABYTE
MAX_REDIRECTS = 4
CONNECT_SECONDS = 10.0
READ_SECONDS = 15.0
# One picture, its redirects included: a server that sends a byte at a time is left alone.
MOST_SECONDS = 60.0
# How files of the four kinds begin: PNG specification 5.2, JPEG's SOI marker, GIF89a 17, RFC 9649.
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF87a", ".gif"),
    (b"GIF89a", ".gif"),
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052


class Unfetchable(Exception):
    """Why a picture was not fetched, for people."""


@dataclass(frozen=True)
class Fetcher:
    """``allowed``: hosts and ports that may be on a private network; ``ca_certs``: a file of
    certificates to trust instead of the usual ones. Both are for tests alone."""

    allowed: frozenset[tuple[str, int]] = frozenset()
    ca_certs: str | None = None
    most_seconds: float = MOST_SECONDS

    def fetch(self, url: str) -> tuple[bytes, str]:
        """(content, ".png" and the like). Raises Unfetchable."""
        deadline = time.monotonic() + self.most_seconds
        for _redirect in range(MAX_REDIRECTS + 1):
            answer = self._get(url, deadline)
            if isinstance(answer, bytes):
                return answer, kind_of(answer)
            url = urljoin(url, answer)
        raise Unfetchable(_("redirected too often"))

    def _get(self, url: str, deadline: float) -> bytes | str:
        """The content, or where it is to be found instead."""
        host, port = _host_of(url)
        address = self._address(host, port)
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        pool = urllib3.HTTPSConnectionPool(
            address,
            port,
            server_hostname=host,
            assert_hostname=host,
            cert_reqs="CERT_REQUIRED",
            ca_certs=self.ca_certs,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
            retries=False,
        )
        headers = {
            "Host": host if port == 443 else f"{host}:{port}",
            "Accept": "image/png,image/jpeg,image/gif,image/webp",
            "Accept-Encoding": "identity",
            "User-Agent": "Viva",
        }
        try:
            response = pool.urlopen(
                "GET", target, headers=headers, redirect=False, preload_content=False
            )
            try:
                if (location := response.get_redirect_location()) is not False:
                    return location or ""
                if response.status != 200:
                    raise Unfetchable(
                        _("the server answers %(status)d") % {"status": response.status}
                    )
                return _content(response, deadline)
            finally:
                response.close()
        except urllib3.exceptions.SSLError as error:
            raise Unfetchable(_("its certificate is not valid")) from error
        except urllib3.exceptions.TimeoutError as error:
            raise Unfetchable(_("took too long")) from error
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise Unfetchable(_("the server cannot be reached")) from error
        finally:
            pool.close()

    def _address(self, host: str, port: int) -> str:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Unfetchable(_("there is no such host")) from error
        addresses = [str(info[4][0]) for info in found]
        if (host, port) not in self.allowed and not all(map(is_public, addresses)):
            raise Unfetchable(_("its host is not on the public internet"))
        return addresses[0]


def _host_of(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 443
    except ValueError:
        host, port, parts = None, 0, urlsplit("")
    if not host or parts.scheme != "https":
        raise Unfetchable(_("only https is fetched"))
    return host, port


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet; those that carry an IPv4 address
    inside (mapped, 6to4, NAT64) are as public as that one."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        ip = inner or ip
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _content(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := response.read1(65536, decode_content=False):
        parts.append(part)
        size += len(part)
        if size > MAX_PICTURE:
            most = MAX_PICTURE // MEGABYTE
            raise Unfetchable(_("larger than %(most)d MB") % {"most": most})
        if time.monotonic() > deadline:
            raise Unfetchable(_("took too long"))
    return b"".join(parts)


def kind_of(data: bytes) -> str:
    """The suffix of a picture by its first bytes; raises Unfetchable for anything else. What a
    server says of it is not asked: SVG, which may hold scripts, is no such picture."""
    for signature, suffix in _SIGNATURES:
        if data.startswith(signature):
            return suffix
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ".webp"
    raise Unfetchable(_("it is no PNG, JPEG, GIF or WebP picture"))


def addresses() -> Iterator[str]:
    """The pictures on other hosts that the bank's questions show, each once."""
    seen: set[str] = set()
    for stem, body, accepted in Question.objects.values_list("stem", "body", "accepted"):
        for link in picture_links(stem, body, *accepted):
            if link.startswith("https://") and link not in seen:
                seen.add(link)
                yield link


def store(url: str, data: bytes, suffix: str) -> None:
    """Keep the picture of an address, whole or not at all."""
    folder = fetched_folder()
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
        os.replace(name, folder / (fetched_name(url) + suffix))
    except BaseException:
        os.unlink(name)
        raise
