# SPDX-License-Identifier: MIT
"""The token and the password leave for those alone whose certificate says that they are Telegram, or Beget."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from front import Front, Listener, Papers, Proxy

from stack import ANNA, PASSWORD, TOKEN_SECRET, Stack, until


@dataclass(frozen=True)
class Service:
    """One of the two, and what it says when it may not send."""

    name: str
    setting: str  # the address it is given
    simulator: str
    path: str
    says: str  # pattern of the line; `why` follows


GATEWAY = Service("gateway", "TELEGRAM_API_URL", "telegram-sim", "", r" telegram\.unreachable .*why=.*")
WORKER = Service("worker", "BEGET_API_URL", "beget-sim", "/api", r" beget\.call .* outcome=not_sent .*why=.*")
BOTH = pytest.mark.parametrize("service", [GATEWAY, WORKER], ids=lambda service: service.name)

REFUSED = {  # the certificate -> what the line says of it
    "expired": "expired",
    "elsewhere": "(no alternative certificate subject name|does not match)",
    "foreign": "unable to get local issuer",
    "own": "self.signed",
}


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    return Papers(tmp_path_factory.mktemp("papers"))


def start(stack: Stack, papers: Papers, service: Service, port: int, **settings: str) -> None:
    """The service, sent to `port` for what it needs."""
    stack.settings |= {
        service.setting: f"https://localhost:{port}{service.path}", "SSL_CERT_FILE": str(papers.authority), **settings
    }  # fmt: skip
    stack.start(*[name for name in ("redis", "telegram-sim", "beget-sim") if not stack[name].running()], service.name)


def port_of(stack: Stack, service: Service) -> int:
    """Of its simulator, started."""
    stack.start(service.simulator)
    return stack.simulator_port(service.simulator)


@pytest.fixture
def secrets_stay(stack: Stack) -> Iterator[None]:
    """No line says them, whatever has gone wrong."""
    yield
    for name in ("gateway", "worker"):
        assert TOKEN_SECRET not in stack[name].log and PASSWORD not in stack[name].log


@BOTH
def test_a_certificate_of_the_right_authority_and_name_is_good(stack: Stack, papers: Papers, service: Service) -> None:
    with Front(papers.good, to=port_of(stack, service)) as front:
        start(stack, papers, service, front.port)
        stack[service.name].await_log(r" (telegram|beget)\.ready ")
        assert (TOKEN_SECRET if service is GATEWAY else PASSWORD).encode() in front.heard


@BOTH
@pytest.mark.parametrize("paper", REFUSED)
@pytest.mark.usefixtures("secrets_stay")
def test_nothing_is_sent_to_who_has_no_good_certificate(
    stack: Stack, papers: Papers, service: Service, paper: str
) -> None:
    with Front(getattr(papers, paper), to=port_of(stack, service)) as front:
        start(stack, papers, service, front.port)
        stack[service.name].await_log(service.says + REFUSED[paper])
        assert front.calls > 0 and front.heard == b""


@BOTH
def test_the_systems_authorities_are_trusted_when_none_are_named(stack: Stack, papers: Papers, service: Service) -> None:
    """And they know nothing of the test's."""
    with Front(papers.good, to=port_of(stack, service)) as front:
        start(stack, papers, service, front.port, SSL_CERT_FILE="")
        stack[service.name].await_log(service.says + "unable to get local issuer")
        assert front.heard == b""


@BOTH
@pytest.mark.filterwarnings("ignore:.*TLSVersion.TLSv1:DeprecationWarning")
def test_nothing_older_than_tls_1_2_is_spoken(stack: Stack, papers: Papers, service: Service) -> None:
    with Front(papers.good, to=port_of(stack, service), newest=ssl.TLSVersion.TLSv1_1) as front:
        start(stack, papers, service, front.port)
        stack[service.name].await_log(service.says + "(protocol|version)")
        assert front.calls > 0 and front.heard == b""


@BOTH
@pytest.mark.usefixtures("secrets_stay")
def test_nobody_is_followed_to_where_all_can_read(stack: Stack, papers: Papers, service: Service) -> None:
    with Listener() as plain:
        answer = f"HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:{plain.port}/\r\nContent-Length: 0\r\n\r\n"
        with Front(papers.good, answer=answer.encode()) as front:
            start(stack, papers, service, front.port)
            says = r" telegram\.unreadable " if service is GATEWAY else r" beget\.(waiting|call) .*307"
            stack[service.name].await_log(says)
            assert front.heard and plain.calls == 0


# ---- proxies ----


@BOTH
def test_a_proxy_of_https_learns_the_host_alone(stack: Stack, papers: Papers, service: Service) -> None:
    with Proxy() as proxy, Front(papers.good, to=port_of(stack, service)) as front:
        start(stack, papers, service, front.port, https_proxy=f"http://127.0.0.1:{proxy.port}")
        stack[service.name].await_log(r" (telegram|beget)\.ready ")
        assert f"CONNECT localhost:{front.port} ".encode() in proxy.heard
        assert TOKEN_SECRET.encode() not in proxy.heard and PASSWORD.encode() not in proxy.heard


def test_a_proxy_of_http_is_told_nothing(stack: Stack) -> None:
    with Proxy() as proxy:
        address = f"http://127.0.0.1:{proxy.port}"
        stack.settings |= {"http_proxy": address, "all_proxy": address, "ALL_PROXY": address}
        stack.start()
        stack.telegram.send(ANNA, "/dns example-shop.ru")
        stack.telegram.await_text(ANNA, "example-shop.ru")
        assert proxy.calls == 0
        stack.finish()


# ---- plain text ----


def test_who_sends_a_secret_in_plain_text_to_another_machine_is_told(stack: Stack) -> None:
    """Both services go on: it may be a network of their own."""
    stack.settings |= {"TELEGRAM_API_URL": "http://telegram.invalid:8081", "BEGET_API_URL": "http://beget.invalid/api"}
    stack.start("redis", "worker", "gateway")
    stack["gateway"].await_log(r" warn gateway telegram\.plaintext .*TELEGRAM_API_URL")
    stack["worker"].await_log(r" warn worker beget\.plaintext .*BEGET_API_URL")
    until(stack["gateway"].running, "it goes on")


def test_nobody_is_warned_of_this_machine(stack: Stack) -> None:
    stack.start()
    stack["gateway"].await_log(r" telegram\.ready ")
    stack["worker"].await_log(r" beget\.ready ")
    assert ".plaintext" not in stack["gateway"].log + stack["worker"].log
    stack.finish()
