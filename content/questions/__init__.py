"""Questions to the learner: how they are written down, drawn with fresh numbers, answered, and what is said then."""

from content.questions.checking import as_typed, check, predicted, read_as, right_answer
from content.questions.drawing import another, draw
from content.questions.question import LISTING, TYPES, Mistake, Question, Verdict
from content.questions.saying import sentence
from content.questions.written import from_mapping, read

__all__ = [
    "LISTING",
    "TYPES",
    "Mistake",
    "Question",
    "Verdict",
    "another",
    "as_typed",
    "check",
    "draw",
    "from_mapping",
    "predicted",
    "read",
    "read_as",
    "right_answer",
    "sentence",
]
