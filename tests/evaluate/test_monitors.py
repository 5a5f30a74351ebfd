"""The monitors speak when a failure begins, once, and keep silent in a healthy run."""

import pytest

from content import chapters
from content.text import LANGUAGES, say
from engine.evaluate import monitors


def series(*values):
    return list(enumerate(values, 1))


def line(start, end, count=40):
    return series(*(start + (end - start) * step / (count - 1) for step in range(count)))


FAILURES = {
    "hacking": {
        "objective/scores": line(0, 2),
        "gold/score": line(0.6, 0.95, 20) + [(20 + n, 0.6) for n in range(1, 21)],
    },
    "far_away": {"objective/kl": line(0, 5)},
    "displacement": {"logps/chosen": line(-3, -9), "logps/rejected": line(-3, -30)},
    "entropy_collapse": {"objective/entropy": line(0.5, 0.001)},
    "length_drift": {"completions/mean_length": line(5, 12)},
    "silent_groups": {"frac_reward_zero_std": line(0.2, 1.0)},
    "saturated": {"rewards/margins": line(0, 60), "objective/kl": line(0, 0.1)},
    "moving_reference": {"rewards/margins": line(0, 0), "logps/rejected": line(-3, -9)},
    "endless": {"completions/clipped_ratio": line(0.1, 1)},
    "remembered": {"eval_rewards/accuracies": line(0, 0.95), "fresh_rewards/accuracies": line(0, 0.75)},
    "wrong_way": {"eval_rewards/accuracies": line(0, 0.75), "fresh_rewards/accuracies": line(0.5, 0.2)},
}
HEALTHY = {
    "objective/scores": line(0, 1),
    "gold/score": line(0.6, 0.95),
    "objective/kl": line(0, 0.5),
    "logps/chosen": line(-3, -3.3),
    "logps/rejected": line(-3, -9),
    "objective/entropy": line(0.3, 0.08),
    "completions/mean_length": line(5, 5.5),
    "frac_reward_zero_std": line(0.2, 0.7),
    "rewards/margins": line(0, 4),
    "completions/clipped_ratio": line(0, 0.02),
    "eval_rewards/accuracies": line(0, 0.8),
    "fresh_rewards/accuracies": line(0, 0.75),
}


@pytest.mark.parametrize("code", FAILURES)
def test_each_failure_is_named_and_explained(code):
    (found,) = monitors.warnings(FAILURES[code])
    assert found.code == code
    chapter, _, section = found.chapter.partition("#")
    for language in LANGUAGES:
        assert len(say(language, f"monitor.{code}", **found.params)) > 40
        assert chapters.chapter(chapter, language).section(section)


def test_each_arm_of_a_run_of_several_is_watched():
    curves = {f"free/{name}": points for name, points in FAILURES["hacking"].items()}
    curves |= {f"held/{name}": points for name, points in HEALTHY.items()}
    assert [found.code for found in monitors.warnings(curves)] == ["hacking"]


def test_a_healthy_run_is_left_alone():
    assert monitors.warnings(HEALTHY) == []


def test_nothing_is_said_before_there_is_enough_to_see():
    begun = {name: points[: monitors.WINDOW] for name, points in {**HEALTHY, **FAILURES["hacking"]}.items()}
    assert monitors.warnings(begun) == []


def test_every_monitor_has_its_failure_here():
    assert len(FAILURES) == len(monitors.MONITORS) + 1, "one of them tells two"
