"""The colour themes: dark, light, high contrast, safe for colour-blind eyes, and the terminal's own.

Each colour means one thing on every screen, and never stands alone.
"""

from textual.theme import BUILTIN_THEMES, Theme

# primary: what can be moved or followed; accent: where you are; success, warning, error: verdicts.
DARK = Theme(
    name="preferably-dark",
    dark=True,
    primary="#7fb4ca",
    secondary="#a3a8c3",
    accent="#e0af68",
    foreground="#d5d9e0",
    background="#14171c",
    surface="#1b1f26",
    panel="#242a33",
    success="#98c379",
    warning="#e0af68",
    error="#ee8b93",
    variables={
        "footer-key-foreground": "#7fb4ca",
        "input-selection-background": "#7fb4ca 35%",
        "rule": "#3a4250",
        "block-cursor-foreground": "#d5d9e0",
        "block-cursor-background": "#2e3c47",
        "block-cursor-blurred-foreground": "#d5d9e0",
        "block-cursor-blurred-background": "#242a33",
    },
)

LIGHT = Theme(
    name="preferably-light",
    dark=False,
    primary="#19596f",
    secondary="#4b556c",
    accent="#7d4a00",
    foreground="#1f2430",
    background="#fbfaf7",
    surface="#f3f1ec",
    panel="#e7e4dc",
    success="#20622a",
    warning="#7d4a00",
    error="#b3261e",
    variables={
        "footer-key-foreground": "#19596f",
        "input-selection-background": "#19596f 25%",
        "rule": "#c4bfb2",
        "block-cursor-foreground": "#1f2430",
        "block-cursor-background": "#cfe0e4",
        "block-cursor-blurred-foreground": "#1f2430",
        "block-cursor-blurred-background": "#e7e4dc",
    },
)

CONTRAST = Theme(
    name="preferably-contrast",
    dark=True,
    primary="#7fdcff",
    secondary="#e0e0e0",
    accent="#ffd75f",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    success="#7dff7d",
    warning="#ffd75f",
    error="#ff9c9c",
    variables={
        "footer-key-foreground": "#7fdcff",
        "input-selection-background": "#7fdcff 40%",
        "rule": "#ffffff",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-background": "#00405c",
        "block-cursor-blurred-foreground": "#ffffff",
        "block-cursor-blurred-background": "#2a2a2a",
    },
)

# Blue, orange, yellow and sky blue of Okabe and Ito (2008): told apart by readers who confuse red and green. Right is
# blue and wrong is orange, never green and red.
SAFE = Theme(
    name="preferably-safe",
    dark=True,
    primary="#56b4e9",
    secondary="#b4b8c4",
    accent="#f0e442",
    foreground="#e6e6e6",
    background="#12151a",
    surface="#191d24",
    panel="#222833",
    success="#7cc0f2",
    warning="#f0e442",
    error="#f29a4a",
    variables={
        "footer-key-foreground": "#56b4e9",
        "input-selection-background": "#56b4e9 35%",
        "rule": "#4a5262",
        "block-cursor-foreground": "#e6e6e6",
        "block-cursor-background": "#2a3b4a",
        "block-cursor-blurred-foreground": "#e6e6e6",
        "block-cursor-blurred-background": "#222833",
    },
)

# The terminal's own sixteen colours, on its own background: what the learner has set up there holds here.
ANSI = Theme(
    name="preferably-ansi",
    ansi=True,
    dark=True,
    primary="ansi_blue",
    secondary="ansi_default",
    accent="ansi_magenta",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    variables={
        **BUILTIN_THEMES["ansi-dark"].variables,
        "footer-key-foreground": "ansi_blue",
        "rule": "ansi_bright_black",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_cyan",
        "block-cursor-blurred-foreground": "ansi_default",
        "block-cursor-blurred-background": "ansi_default",
    },
)

ALL = (DARK, LIGHT, CONTRAST, SAFE, ANSI)
"""In the order in which a key goes through them."""
