"""Where webhooks may go: hostile spellings of addresses, and the times of retries."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.rules import (
    RETRY_AFTER,
    WebhookUrlRefused,
    check_address,
    parse_url,
    retry_after,
)
from notifications.senders import resolve

# Each of these leads, or looks to some parser as if it led, somewhere it must not.
HOSTILE = """
http://example.com/hook
ftp://example.com/
file:///etc/passwd
gopher://example.com:6379/_INFO
//example.com/
example.com/hook
https:/example.com
https:///hook
https://
https://127.0.0.1/
https://127.0.0.1:8443/hook
https://127.1/
https://127.0.1/
https://2130706433/
https://0x7f000001/
https://0x7f.0.0.1/
https://0x7F.1/
https://017700000001/
https://0177.0.0.1/
https://127.0.0.1./
https://0/
https://0.0.0.0/
https://0x/
https://localhost/
https://localhost:8443/
https://LOCALHOST/
https://10.0.0.1/
https://10.255.255.255/
https://172.16.0.1/
https://172.31.255.254/
https://192.168.1.1/
https://100.64.0.1/
https://100.100.100.200/latest/meta-data/
https://169.254.169.254/latest/meta-data/
https://169.254.0.1/
https://168.63.129.16/metadata
https://192.0.0.192/
https://198.18.0.1/
https://224.0.0.1/
https://239.255.255.250/
https://240.0.0.1/
https://255.255.255.255/
https://256.256.256.256/
https://1.2.3/
https://1.2.3.4.5/
https://1.2.3.4%00.example.com/
https://[::1]/
https://[::]/
https://[::ffff:127.0.0.1]/
https://[::ffff:7f00:1]/
https://[::ffff:169.254.169.254]/
https://[::127.0.0.1]/
https://[0:0:0:0:0:0:0:1]/
https://[fe80::1]/
https://[fe80::1%25eth0]/
https://[fc00::1]/
https://[fd00:ec2::254]/
https://[ff02::1]/
https://[64:ff9b::7f00:1]/
https://[64:ff9b::a9fe:a9fe]/
https://[64:ff9b:1::1]/
https://[2002:7f00:1::]/
https://[2002:a9fe:a9fe::1]/
https://[2001::1]/
https://[2001:db8::1]/
https://[1::1]/
https://user@example.com/
https://user:secret@example.com/
https://example.com@127.0.0.1/
https://example.com#@127.0.0.1/
https://example.com\\@127.0.0.1/
https://127.0.0.1\\.example.com/
https://example.com:0/
https://example.com:22/
https://example.com:25/
https://example.com:80/
https://example.com:1023/
https://example.com:65536/
https://example.com:-1/
https://example.com:٤٤٣/
https://１２７.０.０.１/
https://①②⑦.0.0.1/
https://exam ple.com/
https://example.com/a b
https://example.com/\ta
https://example.com/#fragment
https://example.com/"quoted"
https://-example.com/
https://example-.com/
https://.example.com/
https://example..com/
https://%6c%6f%63%61%6c%68%6f%73%74/
https://exämple.com/
https://example.com/é
""".strip().splitlines()


@contextmanager
def connections_made() -> Iterator[list[object]]:
    """The addresses that any socket of this process is connected to meanwhile.

    An audit hook would see them too, but can never be taken away again: it would be told of every
    `id()` in all the tests that follow.
    """
    made: list[object] = []
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def noted(one: socket.socket, address: Any) -> None:
        made.append(address)
        connect(one, address)

    def noted_too(one: socket.socket, address: Any) -> int:
        made.append(address)
        return connect_ex(one, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", noted)
        patch.setattr(socket.socket, "connect_ex", noted_too)
        yield made


def test_the_watch_sees_a_connection():
    with connections_made() as made, socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
        with socket.socket() as another:
            another.connect_ex(server.getsockname())

        assert made == [server.getsockname()] * 2


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_url_is_refused_and_no_socket_is_opened(url):
    with connections_made() as made, pytest.raises(WebhookUrlRefused):
        resolve(url)

    assert made == []


@pytest.mark.parametrize(
    "url",
    [
        "https://169.254.169.254/",
        "https://[::ffff:169.254.169.254]/",
        "https://100.100.100.200/",
        "https://0.0.0.0/",
        "https://[::]/",
        "https://224.0.0.1/",
        "https://[fe80::1]/",
        "https://example.com:22/",
        "http://user@127.0.0.1/",
        "http://127.0.0.1:22/",
        "http://127.1/",
    ],
)
def test_even_the_demo_refuses_metadata_services_and_tricks(url, settings):
    settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES = True

    with pytest.raises(WebhookUrlRefused):
        resolve(url)


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "header"),
    [
        ("https://example.com", "example.com", 443, "/", "example.com"),
        ("HTTPS://Example.COM/Hook?a=B", "example.com", 443, "/Hook?a=B", "example.com"),
        ("https://example.com:8443/x", "example.com", 8443, "/x", "example.com:8443"),
        ("https://xn--fsq.xn--55qx5d/", "xn--fsq.xn--55qx5d", 443, "/", "xn--fsq.xn--55qx5d"),
        ("https://8.8.8.8/", "8.8.8.8", 443, "/", "8.8.8.8"),
        (
            "https://[2606:4700::1111]/", "2606:4700::1111", 443, "/", "[2606:4700::1111]",
        ),
    ],
)  # fmt: skip
def test_an_ordinary_url_is_taken_apart(url, host, port, path, header):
    target = parse_url(url, private_allowed=False)

    assert (target.scheme, target.host, target.port, target.path) == ("https", host, port, path)
    assert target.host_header == header


def test_the_demo_may_speak_http_to_this_machine():
    target = parse_url("http://127.0.0.1:9000/hooks", private_allowed=True)

    assert not target.is_tls
    check_address("127.0.0.1", private_allowed=True)
    check_address("::1", private_allowed=True)


@pytest.mark.parametrize("address", ["1.1.1.1", "223.5.5.5", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_a_public_address_is_allowed(address):
    check_address(address, private_allowed=False)


def test_an_ipv4_address_behind_nat64_counts_as_itself():
    check_address("64:ff9b::101:101", private_allowed=False)
    with pytest.raises(WebhookUrlRefused):
        check_address("64:ff9b::a00:1", private_allowed=False)


@given(st.ip_addresses())
def test_no_address_that_python_calls_special_is_allowed(address):
    special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )
    if special and getattr(address, "ipv4_mapped", None) is None and "64:ff9b" not in str(address):
        with pytest.raises(WebhookUrlRefused):
            check_address(str(address), private_allowed=False)


def test_a_url_that_is_too_long_is_refused():
    with pytest.raises(WebhookUrlRefused):
        parse_url("https://example.com/" + "a" * 500, private_allowed=False)


def test_the_waits_between_attempts_grow_from_seconds_to_a_day():
    waits = [retry_after(attempt, jitter=0) for attempt in range(1, 9)]

    assert waits == [*RETRY_AFTER, None]
    assert waits[0] == timedelta(seconds=5)
    assert waits[-2] == timedelta(hours=24)


@given(st.integers(1, 7), st.floats(0, 1))
def test_jitter_only_lengthens_a_wait_and_by_a_fifth_at_most(attempts, jitter):
    wait = retry_after(attempts, jitter=jitter)

    assert RETRY_AFTER[attempts - 1] <= wait <= RETRY_AFTER[attempts - 1] * 1.2
