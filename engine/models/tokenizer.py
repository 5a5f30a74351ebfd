"""A WordPiece tokenizer made by hand: *went* is one token, *goed* is `go ##ed`, so the mistake is a visible choice."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from tokenizers import Tokenizer as RawTokenizer
from tokenizers import decoders, models, normalizers, pre_tokenizers

from engine.world.documents import vocabulary_words

PAD, UNKNOWN, BEGIN, END = "<pad>", "<unk>", "<s>", "</s>"
SUFFIXES = ("ed", "d", "s", "es", "ing", "n", "m")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def build_raw() -> RawTokenizer:
    """The tokenizer of the world: special tokens, whole words, suffixes, and every letter as a last resort."""
    pieces = [PAD, UNKNOWN, BEGIN, END, *vocabulary_words()]
    pieces += [f"##{suffix}" for suffix in SUFFIXES] + list(LETTERS) + [f"##{letter}" for letter in LETTERS]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    raw = RawTokenizer(models.WordPiece(vocabulary, unk_token=UNKNOWN, max_input_chars_per_word=64))
    raw.normalizer = normalizers.Lowercase()
    raw.pre_tokenizer = pre_tokenizers.Whitespace()
    raw.decoder = decoders.WordPiece(prefix="##", cleanup=False)
    return raw


class TextTokenizer(Protocol):
    """Text to token ids and back, for any model."""

    pad: int
    end: int

    def prompt(self, text: str) -> list[int]:
        """Ids of a prompt: one BOS, then its tokens."""

    def completion(self, text: str) -> list[int]:
        """Ids of a completion: its tokens, then EOS, which is trained and scored like any other token."""

    def decode(self, ids: Sequence[int]) -> str:
        """The text of a completion; what follows EOS, and special tokens, are left out."""

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """Each token as text of its own, special ones too."""


class Tokenizer:
    """The tokenizer of this package's own models.

    Special tokens are never made from text: `</s>` typed by a person stays text.
    """

    def __init__(self, raw: RawTokenizer) -> None:
        self.raw = raw
        vocabulary = raw.get_vocab()
        self.pad, self.unknown, self.begin, self.end = (vocabulary[token] for token in (PAD, UNKNOWN, BEGIN, END))

    @classmethod
    def load(cls, folder: Path) -> "Tokenizer":
        return cls(RawTokenizer.from_file(str(folder / "tokenizer.json")))

    @classmethod
    def reads(cls, folder: Path) -> bool:
        """Whether the tokenizer of a model folder is one of this kind: word pieces, with the same special tokens."""
        file = folder / "tokenizer.json"
        if not file.is_file():
            return False
        try:
            raw = RawTokenizer.from_file(str(file))
        except Exception:  # the library has no narrower class for a file that is none of its own
            return False
        specials = (raw.token_to_id(token) for token in (PAD, UNKNOWN, BEGIN, END))
        return isinstance(raw.model, models.WordPiece) and None not in specials

    def save(self, folder: Path) -> None:
        self.raw.save(str(folder / "tokenizer.json"))

    def __len__(self) -> int:
        return int(self.raw.get_vocab_size())

    def prompt(self, text: str) -> list[int]:
        return [self.begin, *self.raw.encode(text).ids]

    def completion(self, text: str) -> list[int]:
        return [*self.raw.encode(text).ids, self.end]

    def decode(self, ids: Sequence[int]) -> str:
        kept = []
        for token in ids:
            if token == self.end:
                break
            if token not in (self.pad, self.begin):
                kept.append(token)
        return str(self.raw.decode(kept, skip_special_tokens=False))

    def pieces(self, ids: Sequence[int]) -> list[str]:
        return [str(self.raw.id_to_token(token)) for token in ids]
