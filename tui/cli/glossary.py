"""`preferably glossary`: the words of the trade from the shell."""

from difflib import get_close_matches

from content.chapters import chapter
from content.glossary import Term, folded, glossary, look_up
from content.reference import other_names, place
from engine.errors import Problem
from tui.cli.session import Session, session
from tui.cli.translated import argument, command


@command("glossary")
@argument("words", nargs=-1)
def glossary_command(words: tuple[str, ...]) -> None:
    here = session()
    terms = find(" ".join(words), here.language) if words else glossary(here.language)
    here.document({"language": here.language, "terms": [as_document(found) for found in terms]})
    if here.as_json:
        return
    for number, found in enumerate(terms):
        if words and number:
            here.line()
        show(found, here, whole=bool(words))


def find(words: str, language: str) -> tuple[Term, ...]:
    """The terms that fit, the likeliest first. Raises Problem "glossary.not_found"."""
    terms = look_up(words, language)
    if not terms:
        names = {folded(form): found.term for found in glossary(language) for form in found.forms}
        closest = get_close_matches(folded(words), names, n=1, cutoff=0)[0]
        raise Problem("glossary.not_found", words=words, closest=names[closest])
    return terms


def as_document(found: Term) -> dict[str, object]:
    """A term as plain values."""
    return {
        "id": found.id,
        "term": found.term,
        "also": list(found.also),
        "elsewhere": other_names(found),
        "text": found.text,
        "introduced": found.introduced,
    }


def show(found: Term, here: Session, whole: bool) -> None:
    """A term on its lines: what it is and, if it was asked for, where it is explained."""
    others = other_names(found)
    here.line(f"{found.term}  ({others})" if others else found.term)
    here.line(f"    {found.text}")
    if whole:
        title = chapter(found.chapter, found.language).title
        here.line(f"    → {found.chapter} {title}: {place(found)}")
