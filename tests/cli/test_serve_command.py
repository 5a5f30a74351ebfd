"""`preferably serve`: nobody comes in without the token, no other site speaks for the browser, and the app is there."""

import asyncio
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import aiohttp
import pytest

from content.text import LANGUAGES, say
from tui.browser.server import is_local

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DEADLINE = 60
ENDS = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED)
TOKEN = "a-token-for-the-tests_0123"


def start(home, *arguments, **environment):
    """The server as a process, and the address that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tui.cli", "serve", "--port", "0", "--no-browser", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PREFERABLY_HOME": str(home), "LANG": "C.UTF-8", "DISPLAY": "", **environment},
    )  # fmt: skip
    line = process.stdout.readline()
    return process, re.search(r"http://([\d.]+):(\d+)/\?token=([\w-]+)", line)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server with a known token: (host, port)."""
    process, found = start(tmp_path_factory.mktemp("serve"), PREFERABLY_TOKEN=TOKEN)
    assert found, process.stderr.read()
    assert found[3] == TOKEN
    yield found[1], int(found[2])
    process.send_signal(signal.SIGTERM)
    assert process.wait(DEADLINE) == 0
    assert "Traceback" not in process.stderr.read()
    process.stdout.close()
    process.stderr.close()


def ask(server, path="/", **headers):
    connection = http.client.HTTPConnection(*server, timeout=DEADLINE)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


def cookie(server):
    status, headers, _ = ask(server, f"/?token={TOKEN}")
    assert status == 302
    assert headers["Location"] == "/"  # the token does not stay in the address
    assert {"HttpOnly", "SameSite=Strict"} <= {part.strip() for part in headers["Set-Cookie"].split(";")}
    return headers["Set-Cookie"].partition(";")[0]


@pytest.mark.parametrize("path", ["/", "/ws", "/download/x", "/static/js/textual.js", "/?token=", "/nowhere"])
def test_without_the_token_there_is_nothing(path, server):
    status, _, text = ask(server, path)
    assert status == 403
    assert say("en", "serve.refused") in text


def test_a_wrong_token_is_none(server):
    assert ask(server, f"/?token={TOKEN}x")[0] == 403
    name = cookie(server).partition("=")[0]
    assert ask(server, Cookie=f"{name}={TOKEN[:-1]}")[0] == 403
    assert ask(server, f"/ws?token={TOKEN}")[0] == 403


def test_with_it_there_is_the_page_which_fetches_nothing_from_elsewhere(server):
    status, headers, html = ask(server, Cookie=cookie(server))
    assert status == 200
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert f"ws://127.0.0.1:{server[1]}/ws" in html
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html)
    assert TOKEN not in html
    assert ask(server, "/static/js/textual.js", Cookie=cookie(server))[0] == 200


def test_no_other_site_may_open_the_socket_or_come_under_another_name(server):
    key = cookie(server)
    here = f"127.0.0.1:{server[1]}"
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13",
               "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ=="}  # fmt: skip
    assert ask(server, "/ws", Cookie=key, **upgrade)[0] == 403  # no page of ours says that it asks
    for origin in ("http://evil.example", "null", f"http://127.0.0.1:{server[1] + 1}", f"http://{here}.evil.example"):
        assert ask(server, "/ws", Cookie=key, Origin=origin, **upgrade)[0] == 403
    assert ask(server, Cookie=key, Host=f"evil.example:{server[1]}")[0] == 403
    assert ask(server, Cookie=key, Host=f"localhost:{server[1]}")[0] == 200


async def test_the_socket_carries_the_app(server):
    here = f"http://127.0.0.1:{server[1]}"
    name, _, value = cookie(server).partition("=")
    async with (
        aiohttp.ClientSession(cookies={name: value}) as client,
        client.ws_connect(f"{here}/ws?width=80&height=24", headers={"Origin": here}) as socket,
    ):
        seen = b""
        while b"Preferably" not in seen:
            message = await asyncio.wait_for(socket.receive(), DEADLINE)
            seen += message.data if isinstance(message.data, bytes) else b""
        await socket.send_json(["stdin", "q"])
        while (message := await asyncio.wait_for(socket.receive(), DEADLINE)).type != aiohttp.WSMsgType.CLOSE:
            assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT)


@pytest.mark.long
async def test_the_open_apps_end_with_the_server(tmp_path):
    process, found = start(tmp_path)
    here = f"http://{found[1]}:{found[2]}"
    async with (
        aiohttp.ClientSession(cookies={f"preferably-{found[2]}": found[3]}) as client,
        client.ws_connect(f"{here}/ws", headers={"Origin": here}) as socket,
    ):
        await asyncio.wait_for(socket.receive(), DEADLINE)
        process.send_signal(signal.SIGTERM)
        while (await asyncio.wait_for(socket.receive(), DEADLINE)).type not in ENDS:
            pass
    assert await asyncio.to_thread(process.wait, DEADLINE) == 0
    assert "Traceback" not in process.stderr.read()
    process.stdout.close()
    process.stderr.close()


class Browser:
    """Chromium, driven over its DevTools protocol."""

    def __init__(self, socket):
        self.socket, self.number = socket, 0

    async def call(self, method, **params):
        self.number += 1
        await self.socket.send_json({"id": self.number, "method": method, "params": params})
        while True:
            answer = json.loads((await asyncio.wait_for(self.socket.receive(), DEADLINE)).data)
            if answer.get("id") == self.number:
                return answer["result"]

    async def value(self, script):
        return (await self.call("Runtime.evaluate", expression=script, returnByValue=True))["result"].get("value")

    async def until(self, script):
        end = time.monotonic() + DEADLINE
        while not await self.value(script):
            assert time.monotonic() < end, script

    async def type_until(self, key, script):
        """Type a key again and again, since an app that is still starting does not hear it."""
        end = time.monotonic() + DEADLINE
        while not await self.value(script):
            assert time.monotonic() < end, script
            await self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
            await self.call("Input.dispatchKeyEvent", type="keyUp", key=key)


@pytest.fixture
async def browser(tmp_path):
    process = await asyncio.create_subprocess_exec(
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}",
        "--window-size=1000,640", "--disable-background-networking", "--remote-debugging-port=0", "about:blank",
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        while True:
            line = await asyncio.wait_for(process.stderr.readline(), DEADLINE)
            if found := re.search(rb"DevTools listening on ws://([\d.:]+)/", line):
                break
        async with aiohttp.ClientSession() as client:
            async with client.get(f"http://{found[1].decode()}/json/list") as answer:
                pages = [page for page in await answer.json(content_type=None) if page["type"] == "page"]
            async with client.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                yield Browser(socket)
    finally:
        process.kill()
        await process.wait()


@pytest.mark.long
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
async def test_a_browser_shows_the_app_and_types_into_it(server, browser):
    here = f"http://127.0.0.1:{server[1]}"
    await browser.call("Page.enable")
    await browser.call("Network.enable")
    await browser.call("Page.navigate", url=f"{here}/?token={TOKEN}")
    await browser.until("document.body && document.body.classList.contains('-first-byte')")
    assert await browser.value("location.href") == f"{here}/"
    assert await browser.value("document.querySelectorAll('#terminal canvas').length > 0")
    loaded = await browser.value("performance.getEntriesByType('resource').map(e => e.name).join(' ')")
    assert {address.split("/")[2] for address in loaded.split()} <= {f"127.0.0.1:{server[1]}"}
    await browser.value("document.querySelector('.xterm-helper-textarea').focus()")
    await browser.type_until("q", "document.body.classList.contains('-closed')")
    assert await browser.value("getComputedStyle(document.querySelector('.closed')).display") == "flex"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "arguments",
    [("--port", "many"), ("--port", "65536"), ("--token", "short"), ("--token", "with spaces and more")],
    ids=" ".join,
)
def test_wrong_use_is_one_sentence(arguments, language, invoke):
    result = invoke("serve", "--no-browser", *arguments, "--language", language)
    assert result.exit_code == 2
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_port_that_is_taken_or_an_address_that_is_nobodys(server, invoke):
    taken = invoke("serve", "--no-browser", "--port", str(server[1]))
    assert (taken.exit_code, str(server[1]) in taken.stderr) == (1, True)
    assert invoke("serve", "--no-browser", "--port", "0", "--host", "no.such.host.invalid").exit_code == 1


def test_other_addresses_are_warned_about_and_need_the_token_too(tmp_path):
    process, _ = start(tmp_path, "--host", "0.0.0.0", "--json")
    try:
        text = "{"  # the first line, which is read
        while not text.endswith("}\n"):
            text += process.stdout.readline()
        document = json.loads(text)
        port = document["port"]
        assert re.search(r"\?token=[\w-]{40,}$", document["address"])
        assert ask(("127.0.0.1", port))[0] == 403
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE) == 0
        said = process.stderr.read()
        process.stdout.close()
        process.stderr.close()
    assert say("en", "cli.serve.not_local") in said


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("127.9.9.9", True), ("0.0.0.0", False),
     ("192.168.1.2", False), ("::", False), ("example.org", False)],
)  # fmt: skip
def test_what_only_this_machine_reaches(host, local):
    assert is_local(host) is local
