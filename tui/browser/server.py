"""Serves the app: textual-serve's terminal, behind the guard, with a page that fetches nothing from elsewhere."""

import asyncio
import contextlib
import logging
import shlex
import socket
import sys
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from textual_serve.server import Server

from content.text import say
from engine.errors import Problem
from tui.browser.guard import LOOPBACK, Guard

HERE = Path(__file__).parent
PATIENCE = 5.0  # seconds for the open apps to end
SESSIONS = 8
"""So many apps at once: each is a process of its own."""


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 is any free one. Raises Problem "serve.cannot_listen"."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Problem("serve.cannot_listen", exit_code=1, host=host, port=port, reason=reason) from None


def is_local(host: str) -> bool:
    """Whether only programs of this machine can reach a server there."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    """An IPv6 address as it is written in an address of the web."""
    return f"[{host}]" if ":" in host else host


class AppServer(Server):
    """One app a browser tab, in `language`."""

    def __init__(self, sock: socket.socket, language: str, token: str, *, local: bool) -> None:
        self.sock, self.language = sock, language
        host, port = sock.getsockname()[:2]
        command = [sys.executable, "-P", "-m", "tui.cli", "--language", language]
        super().__init__(shlex.join(command), host=host, port=port, title="Preferably", templates_path=HERE)
        names = {*LOOPBACK, _bracketed(host)} if local else ()
        self.guard = Guard(token, port, names, say(language, "serve.refused") + "\n")
        self.sessions: set[asyncio.Task[Any]] = set()

    def address(self, host: str) -> str:
        """What to open in a browser; it holds the token."""
        return f"http://{_bracketed(host)}:{self.port}/?token={self.guard.token}"

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until SIGINT or SIGTERM; `ready` is called when the first request can come."""
        logging.getLogger("textual-serve").addHandler(logging.NullHandler())
        logging.getLogger("aiohttp").setLevel(logging.CRITICAL)

        async def begin(app: web.Application) -> None:
            ready()

        async def made() -> web.Application:
            app = await self._make_app()
            app.on_startup.append(begin)
            return app

        with contextlib.suppress(KeyboardInterrupt):
            web.run_app(made(), sock=self.sock, print=None, access_log=None, shutdown_timeout=PATIENCE)

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self.guard.middleware)
        app.on_response_prepare.append(self.guard.on_prepare)
        return app

    async def on_startup(self, app: web.Application) -> None:
        """textual-serve would print its name here."""

    @aiohttp_jinja2.template("page.html")
    async def handle_index(self, request: web.Request) -> dict[str, Any]:
        """The page with the terminal; its addresses are those under which the browser came."""
        scheme = "wss" if request.scheme == "https" else "ws"
        return {
            "language": self.language,
            "socket": f"{scheme}://{request.host}/ws",
            "ended": say(self.language, "serve.ended"),
            "again": say(self.language, "serve.again"),
            "opening": say(self.language, "serve.opening"),
        }

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """One app, for as long as its tab is open."""
        if len(self.sessions) >= SESSIONS:
            raise web.HTTPServiceUnavailable(text=say(self.language, "serve.full", count=SESSIONS))
        session = asyncio.current_task()
        assert session is not None
        self.sessions.add(session)
        try:
            answer: web.WebSocketResponse = await super().handle_websocket(request)
            return answer
        finally:
            self.sessions.discard(session)

    async def on_shutdown(self, app: web.Application) -> None:
        """End the apps that are open: each says so to its tab."""
        for session in self.sessions:
            session.cancel()
        if self.sessions:
            await asyncio.wait(self.sessions, timeout=PATIENCE)
