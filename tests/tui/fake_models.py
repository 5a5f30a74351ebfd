"""A process that stands in for the one that answers for models: quick, and what it says follows from what is asked.

`sft` says *went*, `base` says *goed*, `twin` says what `sft` says; `dies` ends the process, `slow` never answers, and
`unknown` is refused.
"""

import sys

from engine.serving.client import Generator

SOURCE = """
import json, os, sys
def say(**fields): print(json.dumps(fields), flush=True)
say(event="ready", protocol=1)
for line in sys.stdin:
    request = json.loads(line)
    if "cancel" in request: continue
    id, model, prompts = request["id"], request["model"], request["prompts"]
    if model == "dies": sys.stderr.write("the machine is full\\n"); sys.stderr.flush(); os._exit(9)
    if model == "slow": say(event="loading", id=id, model=model); continue
    if model == "unknown":
        say(event="failed", id=id, code="models.unknown", params={"model": model}); continue
    word = {"sft": "went", "twin": "went", "base": "goed"}.get(model, model)
    say(event="done", id=id, result=[word for _ in prompts])
"""


def fake_generator() -> Generator:
    return Generator((sys.executable, "-S", "-c", SOURCE))
