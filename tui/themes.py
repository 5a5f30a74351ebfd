"""Two calm colour themes, dark and light. Each colour means one thing on every screen, and never stands alone."""

from textual.theme import Theme

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
    error="#e06c75",
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
    primary="#1f6f8b",
    secondary="#55607a",
    accent="#9a5b00",
    foreground="#1f2430",
    background="#fbfaf7",
    surface="#f3f1ec",
    panel="#e7e4dc",
    success="#2e7d32",
    warning="#9a5b00",
    error="#b3261e",
    variables={
        "footer-key-foreground": "#1f6f8b",
        "input-selection-background": "#1f6f8b 25%",
        "rule": "#c4bfb2",
        "block-cursor-foreground": "#1f2430",
        "block-cursor-background": "#cfe0e4",
        "block-cursor-blurred-foreground": "#1f2430",
        "block-cursor-blurred-background": "#e7e4dc",
    },
)
