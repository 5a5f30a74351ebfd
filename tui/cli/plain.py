"""`preferably plain`: the whole course in lines of text, for a screen reader, a bare terminal or a pipe."""

from content.glossary import folded
from engine.errors import Problem
from tui.cli.session import session
from tui.cli.translated import argument, command


@command("plain")
@argument("place", required=False)
@argument("where", required=False)
def plain(place: str | None, where: str | None) -> None:
    from engine.store import Store
    from tui.plain.talk import Talk, Voice
    from tui.plain.walk import PLACES, Walk

    here = session()
    talk = Talk(Voice(here.language, here.as_json))
    names = {folded(talk.t(f"word.{name}")): name for name in PLACES} | {name: name for name in PLACES}
    if place is not None and folded(place) not in names:
        raise Problem("cli.no_such_place", place=place, known=", ".join(talk.t(f"word.{name}") for name in PLACES))
    with Store.open() as store:
        Walk(talk, store).work(names[folded(place)] if place else "menu", where or "")
        here.document({"place": store.place()})
