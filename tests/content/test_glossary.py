"""The glossary: the same in both languages, read strictly, and every term explained where it is first used."""

from pathlib import Path

import pytest
from first_use import uses

from content import chapters, glossary
from content.errors import ContentError
from content.text import LANGUAGES

AGREED = """
advantage = ventaja · adapter = adaptador · alignment = alineamiento · baseline = línea base
best-of-N = el mejor de N · chain of thought = cadena de razonamiento · checkpoint = punto de control
clipping = recorte · completion = respuesta generada · constitution = constitución
Constitutional AI = IA constitucional · critique = crítica
likelihood displacement = desplazamiento de la verosimilitud · entropy = entropía
entropy collapse = colapso de la entropía · fine-tuning = ajuste fino · gate = umbral de aprobación
grammar tutor = tutor de gramática · ground truth = verdad de referencia · held-out set = conjunto reservado
imitation gap = brecha de imitación · implicit reward = recompensa implícita
instrument = instrumento de medida · judge = juez · KL divergence = divergencia KL · label = etiqueta
length-controlled win rate = tasa de victorias corregida por longitud · likelihood = verosimilitud
log-probability = log-probabilidad · loss = pérdida · low-rank = de bajo rango
model collapse = colapso del modelo · next-token prediction = predicción del siguiente token
noise ceiling = techo de ruido · outcome reward model = modelo de recompensa por resultado
over-optimisation = sobreoptimización · over-refusal = rechazo excesivo
over-regularised form = forma sobrerregularizada · partition function = función de partición
policy = política · policy gradient = gradiente de la política · position bias = sesgo de posición
preference = preferencia · process reward model = modelo de recompensa por pasos · prompt = prompt
rater = evaluador · reference policy = política de referencia · rejection sampling = muestreo por rechazo
reward = recompensa · reward hacking = explotación de la recompensa · reward model = modelo de recompensa
rollout = trayectoria generada · self-consistency = autoconsistencia · spaced repetition = repetición espaciada
supervised fine-tuning = ajuste fino supervisado · sycophancy = complacencia · synthetic data = datos sintéticos
token = token · training run = entrenamiento · verifiable reward = recompensa verificable
win rate = tasa de victorias · worked example = ejemplo resuelto · chosen / rejected = preferida / rechazada
"""
"""How the terms that every part of the program uses are called in the two languages."""

GOOD = '[nat]\nterm = "nat"\nintroduced = "00#next-token"\ntext = "A unit."\n'


def test_the_agreed_terms_are_there_under_their_names() -> None:
    pairs = [pair.split(" = ") for line in AGREED.split("\n") for pair in line.split(" · ") if pair]
    assert len(pairs) == 63
    spanish = {found.id: found.term for found in glossary.glossary("es")}
    called = {found.term: spanish[found.id] for found in glossary.glossary("en")}
    assert {english: called[english] for english, _ in pairs} == dict(pairs)


def test_the_same_terms_in_both_languages() -> None:
    english, spanish = (
        {found.id: (found.introduced, found.everyday) for found in glossary.glossary(language)}
        for language in ("en", "es")
    )
    assert english == spanish
    assert len(english) >= 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_is_one_sentence_and_stands_in_a_section_that_exists(language: str) -> None:
    for found in glossary.glossary(language):
        assert found.text.endswith("."), found.id
        assert ". " not in found.text, found.id
        assert found.text[0].isupper(), found.id
        chapter, _, section = found.introduced.partition("#")
        assert chapters.chapter(chapter, language).section(section)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_is_explained_in_bold_where_it_is_first_used(language: str) -> None:
    wrong = []
    for found in glossary.glossary(language):
        places = list(uses(found))
        if found.everyday:
            explained = any(use.bold and use.place == found.introduced for use in places)
        else:
            explained = bool(places) and places[0].bold and places[0].place == found.introduced
        if not explained:
            wrong.append((found.id, found.introduced, places[:1]))
    assert wrong == []


# --- looking up -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words", "first"),
    [
        ("en", "KL", "kl-divergence"),
        ("en", "kullback", "kl-divergence"),
        ("en", "Sycophancy", "sycophancy"),
        ("en", "kl-divergence", "kl-divergence"),
        ("es", "politica", "policy"),
        ("es", "POLÍTICA", "policy"),
        ("es", "recompensa por pasos", "process-reward-model"),
    ],
)
def test_looking_up_ignores_case_and_accents_and_puts_the_term_itself_first(language, words, first) -> None:
    assert glossary.look_up(words, language)[0].id == first


def test_what_is_not_there_is_not_found() -> None:
    assert glossary.look_up("blockchain", "en") == ()
    with pytest.raises(ContentError) as error:
        glossary.term("kl-divergense", "en")
    assert error.value.code == "glossary.unknown_id"
    assert error.value.params["closest"] == "kl-divergence"


def test_the_alphabet_of_the_language() -> None:
    names = [glossary.folded(found.term) for found in glossary.glossary("es")]
    assert names == sorted(names)


# --- bad files --------------------------------------------------------------------------------------------------------


def read(tmp_path: Path, text: str) -> tuple[glossary.Term, ...]:
    file = tmp_path / "glossary.toml"
    file.write_text(text, encoding="utf-8")
    return glossary.read(file, "en")


def test_a_term_needs_only_its_name_its_place_and_its_sentence(tmp_path) -> None:
    (found,) = read(tmp_path, GOOD)
    assert (found.term, found.also, found.introduced, found.everyday) == ("nat", (), "00#next-token", False)


@pytest.mark.parametrize(
    ("text", "code", "params"),
    [
        (GOOD.replace('term = "nat"\n', ""), "glossary.key", {"term": "nat", "key": "term"}),
        (GOOD.replace('"A unit."', "3"), "glossary.key", {"term": "nat", "key": "text"}),
        (GOOD.replace("00#next-token", "next-token"), "glossary.key", {"term": "nat", "key": "introduced"}),
        (GOOD + "also = 'bit'", "glossary.key", {"term": "nat", "key": "also"}),
        (GOOD + "also = ['']", "glossary.key", {"term": "nat", "key": "also"}),
        (GOOD + "everyday = 1", "glossary.key", {"term": "nat", "key": "everyday"}),
        (GOOD + "als = ['bit']", "glossary.unknown_key", {"term": "nat", "key": "als", "closest": "also"}),
        (GOOD.replace("[nat]", "[Nat]"), "glossary.key", {"term": "Nat", "key": "id"}),
        ('nat = "A unit."', "glossary.key", {"term": "nat", "key": "[…]"}),
        (GOOD + GOOD.replace("[nat]", "[bit]"), "glossary.same_form", {"term": "bit", "other": "nat"}),
        (GOOD + "[", "content.toml", {"file": "glossary.toml"}),
    ],
)
def test_a_bad_file_is_refused_with_file_and_term(text, code, params, tmp_path) -> None:
    with pytest.raises(ContentError) as error:
        read(tmp_path, text)
    assert error.value.code == code
    assert error.value.params.items() >= {"file": "glossary.toml", **params}.items()
