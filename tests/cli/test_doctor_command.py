"""`preferably doctor`: what it looks at, and that everything amiss comes with what to do about it."""

import hashlib
import json

import pytest

from content.text import LANGUAGES, sentences
from engine import doctor
from engine.doctor import FAIL, OK, WARN, Check
from engine.store import Store


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Two small files in place of the models that ship, with the hashes that were measured of them."""
    from engine.models import policy

    for name, weights in (("BASE", "model.safetensors"), ("SFT", "adapter_model.safetensors")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / weights).write_bytes(name.encode())
        (folder / "metrics.json").write_text(json.dumps({"sha256": hashlib.sha256(name.encode()).hexdigest()}))
        monkeypatch.setattr(policy, name, folder)
    return tmp_path


def states(report):
    return {check["id"]: check["state"] for check in report["checks"]}


def test_where_all_is_well_it_ends_with_0(document, shipped):
    report = document("doctor")
    assert report["ok"] is True
    assert states(report).keys() >= {"python", "torch", "home", "disk", "sqlite", "store", "models", "settings"}
    assert FAIL not in states(report).values()


def test_a_changed_model_is_found(invoke, shipped):
    (shipped / "BASE" / "model.safetensors").write_bytes(b"another")
    result = invoke("doctor")
    assert result.exit_code == 1
    assert "preferably build base" in result.stdout


def test_a_damaged_store_and_broken_settings_are_found(document, shipped, home):
    Store.open().close()
    (home / "preferably.db").write_bytes(b"not a database at all")
    (home / "settings.json").write_text("{")
    report = document("doctor", exit_code=1)
    assert (states(report)["store"], states(report)["settings"]) == (FAIL, FAIL)


def test_a_home_that_cannot_be_written_is_found(document, shipped, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path / "file" / "home"))
    assert states(document("doctor", exit_code=1))["home"] == FAIL


@pytest.mark.parametrize(
    ("version", "state"),
    [((3, 40, 1), WARN), ((3, 44, 6), OK), ((3, 50, 6), WARN), ((3, 50, 7), OK), ((3, 51, 2), WARN), ((3, 51, 3), OK)],
)
def test_the_sqlite_versions_with_the_fault(version, state, monkeypatch):
    import sqlite3

    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    assert doctor.sqlite().state == state


def test_little_room_is_a_note_and_less_a_fault(monkeypatch):
    for free, state in ((50, FAIL), (500, WARN), (5000, OK)):
        monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _, free=free: type("", (), {"free": free * 1_000_000}))
        assert doctor.disk().state == state


def test_a_check_that_breaks_is_a_fault_and_ends_nothing(monkeypatch):
    def broken():
        raise RuntimeError("no such luck")

    broken.__name__ = "torch"
    monkeypatch.setattr(doctor, "torch", broken)
    found = {check.id: check for check in doctor.examine()}
    assert found["torch"] == Check("torch", FAIL, {"reason": "RuntimeError: no such luck"})
    assert "sqlite" in found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_has_its_sentences(language):
    known = sentences(language)
    for check in ("torch", "home", "disk", "sqlite", "store", "models", "settings"):
        for state in (OK, FAIL):
            assert f"problems_cli.doctor_{check}_{state}" in known
