"""Where a webhook may go, and when a delivery is tried again. Plain Python, no clock, no sockets.

An address that somebody else gives us must not make this server talk to its own network: to
itself, to its database, to its cloud's metadata service. So the spelling of a URL is checked
here, and what its name resolves to is checked here too, once when it is entered and again
before each connection.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from core.errors import Refusal

MAX_URL = 500
# Nobody's port for talking to people's own machines: 443, and what ordinary users may open.
_FIRST_OPEN_PORT = 1024

_URL = re.compile(
    r"(?P<scheme>[a-z]+)://"
    r"(?P<host>[a-z0-9.-]+|\[[0-9a-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    # No fragment, and nothing that one parser takes for a separator and another does not.
    r"(?P<target>/[a-z0-9/._~!$&'()*+,;=:@%-]*)?(?P<query>\?[a-z0-9/?._~!$&'()*+,;=:@%-]*)?",
    re.ASCII | re.IGNORECASE,
)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)


class WebhookUrlRefused(Refusal):
    code = "webhook_url_refused"
    message = "Webhooks cannot be sent to this address ({problem})."
    words = ("malformed", "scheme", "port", "host", "not_public")


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart once; the request is made from these parts and never parsed again."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_tls(self) -> bool:
        return self.scheme == "https"

    @property
    def host_header(self) -> str:
        usual = 443 if self.is_tls else 80
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == usual else f"{host}:{self.port}"


def parse_url(url: str, *, private_allowed: bool) -> Target:
    """The parts of an acceptable URL, or a refusal that names the problem.

    `private_allowed` is the demo, whose partner system listens on this machine without TLS.
    """
    match = _URL.fullmatch(url) if len(url) <= MAX_URL else None
    if match is None:
        raise WebhookUrlRefused(problem="malformed")
    scheme, host = match["scheme"].lower(), match["host"].lower()
    if scheme != "https" and not (scheme == "http" and private_allowed):
        raise WebhookUrlRefused(problem="scheme")
    usual = 443 if scheme == "https" else 80
    port = int(match["port"] or usual)
    if port != usual and not _FIRST_OPEN_PORT <= port <= 65535:
        raise WebhookUrlRefused(problem="port")
    path = (match["target"] or "/") + (match["query"] or "")
    return Target(scheme, _checked_host(host), port, path)


def _checked_host(host: str) -> str:
    """A host name or a literal address in its one canonical spelling."""
    try:
        if host.startswith("["):
            return str(IPv6Address(host[1:-1]))
        labels = host.split(".")
        # What ends in a number is an IPv4 address to somebody: 2130706433, 0x7f.1, 127.1.
        if _NUMBER.fullmatch(labels[-1]):
            return str(IPv4Address(host))
    except ValueError:
        raise WebhookUrlRefused(problem="host") from None
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise WebhookUrlRefused(problem="host")
    return host


_NOT_PUBLIC_V4 = [
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; also a cloud's metadata service
        "127.0.0.0/8",
        "168.63.129.16/32",  # another cloud's metadata service, at a public address
        "169.254.0.0/16",  # link-local; most clouds' metadata service
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
# Of IPv6 only what is allocated to the public, less what only looks like it; 6to4 (2002::/16) among
# it, whatever it wraps: RFC 7526 gave it up.
_PUBLIC_V6 = ip_network("2000::/3")
_NOT_PUBLIC_V6 = [
    ip_network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
]
_MAPPED = ip_network("::ffff:0:0/96")
_NAT64 = ip_network("64:ff9b::/96")
# What the demo may reach in addition: this machine and the network it stands in.
_PRIVATE = [
    ip_network(text)
    for text in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
]


def check_address(text: str, *, private_allowed: bool) -> None:
    """Refuse an address that is not the public's, however it is wrapped."""
    address = _unwrapped(ip_address(text.partition("%")[0]))
    if _is_public(address):
        return
    if private_allowed and any(address in network for network in _PRIVATE):
        return
    raise WebhookUrlRefused(problem="not_public")


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one leads to, if it is one of the transition forms."""
    if isinstance(address, IPv4Address):
        return address
    if address in _MAPPED or address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_V4)
    return address in _PUBLIC_V6 and not any(address in network for network in _NOT_PUBLIC_V6)


# Waits between the first attempt and the next ones; after the last a delivery has failed.
RETRY_AFTER = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)


def retry_after(attempts: int, *, jitter: float) -> timedelta | None:
    """How long to wait after the `attempts`-th attempt; None when it was the last one.

    `jitter` between 0 and 1 lengthens the wait by up to a fifth, so that what failed
    together does not come back together.
    """
    if attempts > len(RETRY_AFTER):
        return None
    return RETRY_AFTER[attempts - 1] * (1 + 0.2 * jitter)
