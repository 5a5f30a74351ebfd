"""`preferably serve`: the app in a browser, on this machine alone unless another address is asked for."""

import os
import sys
import webbrowser

from engine.errors import Problem
from tui.cli.session import session
from tui.cli.translated import command, option

HOST, PORT = "127.0.0.1", "8765"


@command("serve")
@option("--host", default=HOST, metavar="address", help="serve.host")
@option("--port", default=PORT, metavar="number", help="serve.port")
@option("--token", metavar="token", help="serve.token")
@option("--browser/--no-browser", default=True, help="serve.browser")
def serve(host: str, port: str, token: str | None, browser: bool) -> None:
    from tui.browser.guard import SHORTEST, new_token
    from tui.browser.server import AppServer, is_local, listening

    if not (port.isdecimal() and int(port) < 1 << 16):
        raise Problem("serve.not_a_port", value=port)
    token = token or os.environ.get("PREFERABLY_TOKEN") or new_token()
    if len(token) < SHORTEST or not token.isascii() or not token.replace("-", "").replace("_", "").isalnum():
        raise Problem("serve.weak_token", shortest=SHORTEST)
    here = session()
    local = is_local(host)
    server = AppServer(listening(host, int(port)), here.language, token, local=local)
    address = server.address(host if local else _name(host))

    def ready() -> None:
        here.line(here.t("cli.serve.at", address=address))
        if not local:
            here.line(here.t("cli.serve.not_local"))
        here.line(here.t("cli.serve.how_to_end"))
        here.document({"address": address, "host": host, "port": server.port})
        sys.stdout.flush()
        if browser and _has_screen():
            webbrowser.open(address)

    server.run(ready)


def _name(host: str) -> str:
    """A server that listens on every address is called by this machine's name."""
    import socket

    return socket.gethostname() if host in ("0.0.0.0", "::") else host


def _has_screen() -> bool:
    """Whether a browser can open a window; one in this terminal would only be in the way."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
