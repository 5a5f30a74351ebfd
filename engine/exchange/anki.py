"""Cards for Anki: as a text file that Anki imports, or as an .apkg package.

Only the cards go out. Their history stays: Anki's own scheduler begins anew with each card.
"""

import html
import io
import itertools
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import Problem
from engine.exchange.files import check_target, write_file

NOTE_TYPE, DECK = "Preferably", "Preferably"
FIELDS = ("id", "front", "back", "section")
"""Never change this list: Anki updates a note it knows only where the fields are the same."""
NOTE_TYPE_ID, DECK_ID = 1_707_318_211, 2_046_511_087
"""Chosen once and for all; Anki knows the note type and the deck by them."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of each part of a package: equal cards give equal bytes."""


@dataclass(frozen=True)
class Note:
    """A card as Anki takes it: `front` and `back` in HTML, with formulas for MathJax; `tags` have no spaces."""

    id: str
    front: str
    back: str
    section: str
    tags: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, str, str, str]:
        return (self.id, self.front, self.back, html.escape(self.section))


def text_file(notes: Iterable[Note]) -> str:
    """The notes in Anki's text format. Its first field, our id, tells Anki which note is which: an import updates."""
    headers = [
        "#separator:tab", "#html:true", f"#notetype:{NOTE_TYPE}", f"#deck:{DECK}", f"#tags column:{len(FIELDS) + 1}",
        "#columns:" + "\t".join((*FIELDS, "tags")),
    ]  # fmt: skip
    rows = ("\t".join(map(_one_line, (*note.fields, " ".join(note.tags)))) for note in notes)
    return "\n".join([*headers, *rows]) + "\n"


def _one_line(field: str) -> str:
    """A field without the signs that part fields and rows."""
    return field.replace("\t", " ").replace("\r", "").replace("\n", "<br>")


def package(notes: Sequence[Note], released: int) -> bytes:
    """The notes as the bytes of an .apkg file, the same for the same notes.

    `released` (seconds, UTC) is when this content appeared: Anki updates a note only from a newer package. Raises
    Problem "exchange.no_genanki" where the library for it is not installed.
    """
    try:
        import genanki
    except ImportError:
        raise Problem("exchange.no_genanki") from None
    model = genanki.Model(
        NOTE_TYPE_ID,
        NOTE_TYPE,
        fields=[{"name": field} for field in FIELDS],
        templates=[{"name": "Card", "qfmt": "{{front}}", "afmt": "{{FrontSide}}<hr id=answer>{{back}}"}],
    )
    deck = genanki.Deck(DECK_ID, DECK)
    for note in notes:
        guid = genanki.guid_for(NOTE_TYPE, note.id)
        deck.add_note(genanki.Note(model, list(note.fields), tags=list(note.tags), guid=guid))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "collection.anki2"
        connection = sqlite3.connect(file)
        try:
            numbers = itertools.count(1000 * released)
            genanki.Package(deck).write_to_db(connection.cursor(), released, numbers)
            connection.commit()
        finally:
            connection.close()
        return _zipped({"collection.anki2": file.read_bytes(), "media": b"{}"})


def _zipped(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def export_notes(notes: Sequence[Note], path: Path, *, released: int, force: bool = False) -> Path:
    """Write the notes: a package where the name ends in .apkg, and text otherwise.

    Raises Problem "exchange.no_genanki" and those of `write_file`; nothing is half-written.
    """
    check_target(path, force=force)
    content = package(notes, released) if path.suffix == ".apkg" else text_file(notes).encode()
    write_file(path, content, force=force)
    return path
