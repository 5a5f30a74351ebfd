"""Colours that can be read: WCAG 2.1 contrast of every text colour on every background, in every theme of ours."""

import pytest
from driving import running, settle, shown
from textual.color import Color
from textual.theme import Theme

from tui import settings, themes

ENOUGH = 4.5
TEXT = ("foreground", "primary", "secondary", "accent", "success", "warning", "error")
GROUND = ("background", "surface", "panel", "block-cursor-background", "block-cursor-blurred-background")
COLOURED = [theme for theme in themes.ALL if not theme.ansi]


def luminance(color: Color) -> float:
    """Relative luminance, WCAG 2.1: 0.2126 R + 0.7152 G + 0.0722 B of the linear channels."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in color.rgb)]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: Color, other: Color) -> float:
    """(L₁ + 0.05) / (L₂ + 0.05), the lighter one above."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def colour(theme: Theme, name: str) -> Color:
    return Color.parse(theme.variables.get(name) or getattr(theme, name))


def test_the_contrast_of_black_and_white_is_21() -> None:
    assert contrast(Color.parse("#000"), Color.parse("#fff")) == pytest.approx(21)
    assert contrast(Color.parse("#777"), Color.parse("#fff")) == pytest.approx(4.48, abs=0.005)  # the known near miss


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_every_text_can_be_read_on_every_background(theme: Theme) -> None:
    low = {
        (text, ground): round(found, 2)
        for text in TEXT
        for ground in GROUND
        if (found := contrast(colour(theme, text), colour(theme, ground))) < ENOUGH
    }
    assert low == {}
    focused = colour(theme, "background").blend(colour(theme, "primary"), 0.15)  # where the focus is at home
    assert all(contrast(colour(theme, text), focused) >= ENOUGH for text in TEXT)
    assert contrast(colour(theme, "footer-key-foreground"), colour(theme, "panel")) >= ENOUGH


def test_high_contrast_is_high() -> None:
    assert contrast(colour(themes.CONTRAST, "foreground"), colour(themes.CONTRAST, "background")) == pytest.approx(21)
    assert all(contrast(colour(themes.CONTRAST, text), colour(themes.CONTRAST, "panel")) >= 7 for text in TEXT)


def test_right_and_wrong_differ_for_those_who_confuse_red_and_green() -> None:
    """In the safe colours they differ in blue against yellow, which protanopes and deuteranopes see: the differences
    in the blue channel and in luminance do not both vanish."""
    right, wrong = colour(themes.SAFE, "success"), colour(themes.SAFE, "error")
    assert right.b - wrong.b > 100
    assert right.b > right.r


def test_the_plain_theme_uses_the_terminals_own_colours_alone() -> None:
    named = [getattr(themes.ANSI, name) for name in (*TEXT, *GROUND[:3])]
    assert all(value.startswith("ansi_") for value in named)
    assert themes.ANSI.background == "ansi_default"


def test_the_schema_offers_every_theme_of_ours() -> None:
    assert tuple(theme.name for theme in themes.ALL) == settings.THEMES


async def test_a_key_goes_through_all_of_them() -> None:
    async with running() as (app, pilot):
        seen = []
        for _ in themes.ALL:
            await pilot.press("f3")
            seen.append(app.theme)
        assert seen == [*settings.THEMES[1:], settings.THEMES[0]]


@pytest.mark.parametrize("theme", settings.THEMES)
async def test_every_theme_draws_every_kind_of_page(theme: str) -> None:
    async with running("learn", chapter="03", section="worked-example") as (app, pilot):
        app.set_theme(theme)
        await settle(app, pilot)
        for place in ("home", "labs", "progress", "label", "settings"):
            await app.go(place)
            await settle(app, pilot)
            assert shown(app).strip()
