"""The keys of a run's view: those that ask its worker, and those that look at it in another way."""

from textual.binding import Binding

WORKER = [
    Binding("space", "pause", "runs.keys.pause", id="run.pause"),
    Binding("space", "go_on", "runs.keys.go_on", id="run.go_on"),
    Binding("x", "stop", "runs.keys.stop", id="run.stop"),
    Binding("r", "resume", "runs.keys.resume", id="run.resume"),
]
LOOK = [
    Binding("left", "moment(-1)", "runs.keys.time", id="run.earlier", key_display="←→"),
    Binding("right", "moment(1)", "runs.keys.time", id="run.later", key_display="←→"),
    Binding("shift+left", "moment(-1, True)", "runs.keys.step", id="run.step_back", key_display="⇧←→"),
    Binding("shift+right", "moment(1, True)", "runs.keys.step", id="run.step_on", key_display="⇧←→"),
    Binding("home", "ends(0)", "runs.keys.ends", id="run.first", key_display="home/end"),
    Binding("end", "ends(1)", "runs.keys.ends", id="run.last", key_display="home/end"),
    Binding("m", "charts", "runs.keys.charts", id="run.charts"),
    Binding("h", "heat", "runs.keys.heat", id="run.heat"),
    Binding("w", "why", "runs.keys.why", id="run.why"),
    Binding("g", "gate", "runs.keys.gate", id="run.gate"),
    Binding("down,pagedown,j", "scroll_mind(1)", "runs.keys.scroll", id="run.down", key_display="↑↓"),
    Binding("up,pageup,k", "scroll_mind(-1)", "runs.keys.scroll", id="run.up", key_display="↑↓"),
    Binding("v", "own", "runs.keys.own", id="run.own"),
    Binding("s", "smooth", "runs.keys.smooth", id="run.smooth"),
    Binding("b", "base", "runs.keys.base", id="run.base"),
    Binding("l", "log_axis", "runs.keys.log", id="run.log"),
    Binding("plus,equals_sign", "zoom(1)", "runs.keys.zoom", id="run.nearer", key_display="+−"),
    Binding("minus", "zoom(-1)", "runs.keys.zoom", id="run.farther", key_display="+−"),
    Binding("less_than_sign", "pan(-1)", "runs.keys.pan", id="run.pan_left", key_display="< >"),
    Binding("greater_than_sign", "pan(1)", "runs.keys.pan", id="run.pan_right", key_display="< >"),
    Binding("0", "whole", "runs.keys.whole", id="run.whole"),
    Binding("e", "meaning", "runs.keys.meaning", id="run.meaning"),
]
