"""The learner's own SQLite file: append-only events (labels, progress, runs, gates), and the state folded from them."""

from engine.store.label import Label
from engine.store.store import Event, Store

__all__ = ["Event", "Label", "Store"]
