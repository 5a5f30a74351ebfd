"""Spaced repetition: the state of every card as a fold of the reviews in the store, and what is due today."""

from engine.review.day import DAY_STARTS_AT, learning_day
from engine.review.grading import AGAIN, EASY, GOOD, GRADES, HARD, graded_by_machine
from engine.review.queue import Counts, Limits, count, count_by_chapter, queue
from engine.review.session import Cram, Left, Session
from engine.review.state import CardState, fold, read_states

__all__ = [
    "AGAIN", "DAY_STARTS_AT", "EASY", "GOOD", "GRADES", "HARD", "CardState", "Counts", "Cram", "Left", "Limits",
    "Session", "count", "count_by_chapter", "fold", "graded_by_machine", "learning_day", "queue", "read_states",
]  # fmt: skip
