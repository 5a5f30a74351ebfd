"""Formulas for the ear: nothing is lost, nothing is left to be guessed, and two that differ never sound the same."""

import re
import unicodedata

import pytest
from test_formula_goldens import Golden, goldens

from content import chapters, exercises, labs, markup
from content.maths import aloud, inline, spoken
from content.text import LANGUAGES

READ = [
    (r"\pi_\theta(y|x)", "pi sub theta of y given x", "pi sub theta de y dado x"),
    (r"\frac{a}{b}", "a over b", "a sobre b"),
    (
        r"\frac{a + 1}{b}",
        "the fraction a plus 1, over b, end fraction",
        "la fracción a más 1, sobre b, fin de la fracción",
    ),
    (r"x^2", "x squared", "x al cuadrado"),
    (r"\pi^*", "pi star", "pi estrella"),
    (r"L'", "L prime", "L prima"),
    (r"e^{r/\beta}", "e to the power r over beta, end power", "e elevado a r sobre beta, fin del exponente"),
    (r"\hat{A}_t", "A hat sub t", "A gorro sub t"),
    (r"\sqrt{n}", "the square root of n", "la raíz cuadrada de n"),
    (
        r"\sum_{i=1}^n x_i",
        "the sum from i equals 1 up to n of x sub i",
        "la suma desde i igual a 1 hasta n de x sub i",
    ),
    (r"\mathrm{KL}(\pi \| \pi_{\mathrm{ref}})", "KL of pi relative to pi sub ref", "KL de pi respecto de pi sub ref"),
    (r"|y_w|", "the size of y sub w", "el tamaño de y sub w"),
    (r"y_w \succ y_l", "y sub w is preferred to y sub l", "y sub w preferida a y sub l"),
    (
        r"\beta(a - b)",
        "beta open parenthesis, a minus b, close parenthesis",
        "beta abre paréntesis, a menos b, cierra paréntesis",
    ),
]


@pytest.mark.parametrize(("tex", "english", "spanish"), READ)
def test_a_formula_is_read_as_a_teacher_reads_it(tex, english, spanish):
    assert spoken(tex, "en") == english
    assert spoken(tex, "es") == spanish


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"\frac{a}{b + c}", r"\frac{a}{b} + c"),
        (r"\frac{a + b}{c}", r"a + \frac{b}{c}"),
        (r"x^{a + b}", r"x^a + b"),
        (r"x_{t + 1}", r"x_t + 1"),
        (r"\sqrt{a + b}", r"\sqrt{a} + b"),
        (r"\sigma(a - b)", r"\sigma(a) - b"),
        (r"\sigma(\beta m)", r"\sigma(\beta) m"),
        (r"\log(1 + x)", r"\log 1 + x"),
        (r"(a + b)^2", r"a + b^2"),
        (r"|a + b|", r"|a| + b"),
        (r"\frac{\frac{a}{b}}{c}", r"\frac{a}{\frac{b}{c}}"),
        (r"x^{y^z}", r"{x^y}^z"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_formulas_that_differ_sound_different(one, other, language):
    assert spoken(one, language) != spoken(other, language)


@pytest.mark.parametrize("golden", goldens(), ids=lambda golden: golden.name)
def test_no_latin_letter_or_number_is_lost(golden: Golden) -> None:
    plain = unicodedata.normalize("NFKD", inline(golden.tex))
    wanted = {sign for sign in plain if sign.isascii() and sign.isalnum()}
    assert set(spoken(golden.tex, "en").replace("squared", "2").replace("cubed", "3")) >= wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_formula_of_the_course_can_be_spoken_without_a_sign(language):
    documents = (*chapters.chapters(language), *exercises.exercises(language), *labs.labs(language))
    texts = {
        formula.tex for one in documents for part in one.sections for formula in markup.formulas(part.markdown)
    }
    assert len(texts) > 500
    for tex in texts:
        assert re.fullmatch(r"[\w\s.,;:@'%-]+", said := spoken(tex, language)), (tex, said)
        assert not re.search("[\u0370-\u03ff]", said), (tex, said)


@pytest.mark.parametrize(
    ("text", "english", "spanish"),
    [
        ("π*(y₁) = 0.917", "pi *(y sub 1) = 0.917", "pi *(y sub 1) = 0.917"),
        ("β → 0", "beta goes to 0", "beta tiende a 0"),
        ("r̂_w = −0.5", "r hat sub w = minus 0.5", "r gorro sub w = menos 0.5"),
        ("10⁻⁴ and p²", "10 to the power minus 4 and p squared", "10 elevado a menos 4 and p al cuadrado"),
        ("bar ███░░ 0.5", "bar 0.5", "bar 0.5"),
        ("⚠ KL > 2 ★ ✓", "KL > 2", "KL > 2"),
        ("«é ñ ü» reward_model", "«é ñ ü» reward_model", "«é ñ ü» reward_model"),
    ],
)
def test_signs_in_running_text_become_words(text, english, spanish):
    assert aloud(text, "en") == english
    assert aloud(text, "es") == spanish
