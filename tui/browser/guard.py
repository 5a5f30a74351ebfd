"""Who may come in: a token in the address, then a cookie; and no page of another site may speak for the browser.

A program that listens on a port of this machine can be reached by everybody who is logged in on it, and by every page
that is open in the browser. So 127.0.0.1 alone protects nothing, and the token is asked for there too.
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable, Collection

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
QUERY = "token"
SHORTEST = 16  # characters of a token that is given: fewer could be tried out
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
        "img-src 'self' data: blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def new_token() -> str:
    """256 bits that nobody can guess, fit for an address."""
    return secrets.token_urlsafe(32)


class Guard:
    """`refusal` is the page for those who come without the token. `names` are those that the server goes by, all of
    them where there are none: a name that a stranger's DNS points to this machine is theirs, not ours."""

    def __init__(self, token: str, port: int, names: Collection[str], refusal: str) -> None:
        self.token, self.refusal = token, refusal
        self.hosts = {f"{name}:{port}" for name in names}
        self.cookie = f"preferably-{port}"  # cookies know no ports: two servers must not overwrite each other's

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request pass, or refuse it before anything else is done."""
        if (self.hosts and request.host not in self.hosts) or not self.same_origin(request):
            raise web.HTTPForbidden(text=self.refusal, headers=HEADERS)
        if self.is_token(request.query.get(QUERY)) and request.path == "/":
            # From here on the cookie is the token: it stays out of the history and of what the page's address tells.
            entered = web.HTTPFound("/", headers=HEADERS)
            entered.set_cookie(self.cookie, self.token, httponly=True, samesite="Strict", path="/")
            raise entered
        if not self.is_token(request.cookies.get(self.cookie)):
            raise web.HTTPForbidden(text=self.refusal, headers=HEADERS)
        return await handler(request)

    async def on_prepare(self, request: web.Request, response: web.StreamResponse) -> None:
        """What every answer tells the browser not to do."""
        response.headers.update(HEADERS)

    def is_token(self, given: str | None) -> bool:
        return given is not None and hmac.compare_digest(given.encode(), self.token.encode())

    def same_origin(self, request: web.Request) -> bool:
        """Whether a page of ours asks, or no page at all. Browsers always say it when a WebSocket is opened, and they
        open one for any site."""
        origin = request.headers.get("Origin")
        if origin is None:
            return request.path != "/ws"
        return origin in (f"http://{request.host}", f"https://{request.host}")
