"""The registry of methods, one row each: it drives command line, screens, recipes and tests. Imports no torch."""

from engine.methods.direct import DIRECT
from engine.methods.experiments import EXPERIMENTS
from engine.methods.feedback import FEEDBACK
from engine.methods.online import ONLINE
from engine.methods.reward import REWARD
from engine.methods.rounds import ROUNDS
from engine.methods.row import HyperParameter, Method
from engine.methods.selection import SELECTION

__all__ = ["FAMILIES", "METHODS", "HyperParameter", "Method"]

FAMILIES = {
    "direct": DIRECT,
    "reward": REWARD,
    "online": ONLINE,
    "selection": SELECTION,
    "feedback": FEEDBACK,
    "rounds": ROUNDS,
    "experiments": EXPERIMENTS,
}
METHODS = {row.id: row for rows in FAMILIES.values() for row in rows}
