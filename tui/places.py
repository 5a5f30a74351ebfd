"""The map from a place ("home", "learn", "run" …) to the screen that shows it, imported only when first visited."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.screens.base import PreferablyScreen

PLACES = {
    "home": "tui.screens.home:HomeScreen",
    "chapters": "tui.screens.chapters:ChaptersScreen",
    "learn": "tui.screens.learn:LearnScreen",
    "exercises": "tui.screens.exercises:ExercisesScreen",
    "exercise": "tui.screens.exercise:ExerciseScreen",
    "progress": "tui.screens.progress:ProgressScreen",
    "reference": "tui.screens.reference:ReferenceScreen",
    "page": "tui.screens.page:PageScreen",
    "glossary": "tui.screens.glossary:GlossaryScreen",
    "review": "tui.screens.review:ReviewScreen",
    "label": "tui.screens.label:LabelScreen",
    "warm_up": "tui.screens.warm_up:WarmUpScreen",
    "rank": "tui.screens.rank:RankScreen",
    "disagreements": "tui.screens.disagreements:DisagreementsScreen",
    "arena": "tui.screens.arena:ArenaScreen",
    "forecasts": "tui.screens.forecasts:ForecastsScreen",
    "chat": "tui.screens.chat:ChatScreen",
    "labs": "tui.screens.labs:LabsScreen",
    "lab": "tui.screens.lab:LabScreen",
    "runs": "tui.screens.runs:RunsScreen",
    "welcome": "tui.screens.welcome:WelcomeScreen",
    "settings": "tui.screens.settings:SettingsScreen",
    "run": "tui.screens.run:RunScreen",
}


def screen_class(place: str) -> "type[PreferablyScreen]":
    """The screen class of a place. Raises KeyError for a place that does not exist."""
    module, name = PLACES[place].split(":")
    found: type[PreferablyScreen] = getattr(import_module(module), name)
    return found
