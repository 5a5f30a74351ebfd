"""Names of runs that a person can say and remember: method, adjective, animal, number."""

import secrets

_WORDS = (
    # adjectives
    "brave bright calm clever curious eager gentle glad happy honest jolly keen kind lively lucky merry mild noble "
    "patient proud quick quiet shy smart sunny swift tidy warm wise witty",
    # animals
    "badger beaver bison camel crane deer dolphin eagle falcon ferret finch fox gecko hare heron ibex koala lark lemur "
    "lynx marten mole moose newt otter owl panda puffin robin seal stork swan tapir toad turtle walrus wren yak",
)
_ADJECTIVES, _ANIMALS = (words.split() for words in _WORDS)


def draw(method: str) -> str:
    """A new name such as `dpo-brave-otter-12`, drawn anew at each call; the caller sees that it is free."""
    return f"{method}-{secrets.choice(_ADJECTIVES)}-{secrets.choice(_ANIMALS)}-{10 + secrets.randbelow(90)}"
