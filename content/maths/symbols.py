"""Every command of the TeX subset, and the sign it stands for.

Only signs of Unicode's first plane: a double-struck E or a calligraphic D lie beyond it, and many fonts lack them.
"""

from content.maths.tree import Kind

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "ϕ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ",
    "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
ORDINARY = {
    "infty": "∞", "nabla": "∇", "partial": "∂", "forall": "∀", "exists": "∃", "ell": "ℓ", "emptyset": "∅",
    "prime": "′", "top": "⊤", "dots": "…", "ldots": "…", "cdots": "⋯", "dagger": "†", "star": "⋆",
    "%": "%", "#": "#", "$": "$", "_": "_", "&": "&",
}  # fmt: skip
BINARY = {
    "pm": "±", "mp": "∓", "cdot": "·", "times": "×", "div": "÷", "ast": "∗", "circ": "∘", "oplus": "⊕", "odot": "⊙",
    "cup": "∪", "cap": "∩", "setminus": "∖", "wedge": "∧", "vee": "∨", "land": "∧", "lor": "∨",
}  # fmt: skip
RELATIONS = {
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "equiv": "≡", "propto": "∝",
    "sim": "∼", "simeq": "≃", "succ": "≻", "prec": "≺", "succeq": "≽", "preceq": "≼", "in": "∈", "notin": "∉",
    "to": "→", "rightarrow": "→", "leftarrow": "←", "mapsto": "↦", "Rightarrow": "⇒", "implies": "⇒",
    "Leftrightarrow": "⇔", "iff": "⇔", "ll": "≪", "gg": "≫", "subset": "⊂", "subseteq": "⊆", "coloneqq": ":=",
    "|": "‖", "Vert": "‖", "parallel": "‖", "leftrightarrow": "↔",
}  # fmt: skip
FUNCTIONS = ("log", "ln", "exp", "sin", "cos", "tan", "tanh", "det", "arg", "dim")
LIMIT_FUNCTIONS = ("max", "min", "sup", "inf", "lim", "Pr")
BIG = {"sum": "∑", "prod": "∏"}
BRACKETS: dict[str, tuple[str, Kind]] = {
    "lvert": ("|", "opening"), "rvert": ("|", "closing"), "lVert": ("‖", "opening"), "rVert": ("‖", "closing"),
    "{": ("{", "opening"), "}": ("}", "closing"), "lbrace": ("{", "opening"), "rbrace": ("}", "closing"),
    "lbrack": ("[", "opening"), "rbrack": ("]", "closing"), "langle": ("⟨", "opening"), "rangle": ("⟩", "closing"),
    "lfloor": ("⌊", "opening"), "rfloor": ("⌋", "closing"), "lceil": ("⌈", "opening"), "rceil": ("⌉", "closing"),
}  # fmt: skip
CHARACTERS: dict[str, tuple[str, Kind]] = {
    "+": ("+", "binary"), "-": ("−", "binary"), "*": ("*", "binary"), "=": ("=", "relation"), "<": ("<", "relation"),
    ">": (">", "relation"), ":=": (":=", "relation"), ",": (",", "punctuation"), ";": (";", "punctuation"),
    ":": (":", "punctuation"), "(": ("(", "opening"), "[": ("[", "opening"), ")": (")", "closing"),
    "]": ("]", "closing"), "!": ("!", "closing"), "|": ("|", "bar"), "/": ("/", "bar"), ".": (".", "ordinary"),
    "?": ("?", "ordinary"),
}  # fmt: skip
SPACES = {",": 1, ":": 1, ";": 1, " ": 1, "!": 0, "quad": 3, "qquad": 6}
ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304", "tilde": "\u0303",
    "widetilde": "\u0303", "dot": "\u0307", "vec": "\u20d7",
}  # fmt: skip
FONTS = ("mathrm", "mathbf", "mathit", "mathsf", "boldsymbol", "mathbb", "mathcal", "operatorname")
LETTERS = {("mathbb", letter): sign for letter, sign in zip("RNZQ", "ℝℕℤℚ", strict=True)} | {("mathcal", "L"): "ℒ"}
SIZES = tuple(size + side for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r"))


def _commands() -> dict[str, tuple[str, Kind, bool]]:
    table: dict[str, tuple[str, Kind, bool]] = {}
    table |= {name: (sign, "ordinary", False) for name, sign in (GREEK | ORDINARY).items()}
    table |= {name: (sign, "binary", False) for name, sign in BINARY.items()}
    table |= {name: (sign, "relation", False) for name, sign in RELATIONS.items()}
    table |= {name: (name, "word", False) for name in FUNCTIONS}
    table |= {name: (name, "word", True) for name in LIMIT_FUNCTIONS}
    table |= {name: (sign, "big", True) for name, sign in BIG.items()}
    table |= {name: (sign, kind, False) for name, (sign, kind) in BRACKETS.items()}
    return table | {"int": ("∫", "big", False), "mid": ("|", "given", False), "vert": ("|", "bar", False)}


# Commands that stand for one sign: (sign, kind, whether scripts are limits).
COMMANDS = _commands()

# Signs with a small raised or lowered form in every terminal font. The lowered l and most other letters are left out
# on purpose: y_w and y_l belong together, and there is no lowered w.
RAISED = dict(zip("0123456789+−n*′†", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ*′†", strict=True))
LOWERED = dict(zip("0123456789+−ijkmnt", "₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼₖₘₙₜ", strict=True))


def small(text: str, table: dict[str, str]) -> str | None:
    """`text` in small raised or lowered signs, or None where a sign has none or it would read as a word."""
    if sum(sign.isalpha() for sign in text) > 1 or not all(sign in table for sign in text):
        return None
    return "".join(table[sign] for sign in text)
