"""A verdict in words: its code and parameters are the same in every language, the sentence is not."""

from content.questions.question import Verdict
from content.text import say, sentences


def sentence(verdict: Verdict, language: str) -> str:
    """What is said to an answer."""
    params = dict(verdict.params)
    match verdict.code:
        case "mistake":
            found = [say(language, f"misconception.{params['name']}")] if params.get("name") else []
            text = " ".join([*found, *([params["text"]] if params.get("text") else [])])
            return say(language, "question.mistake", text=text)
        case "counterexample" if not params["yours"]:
            return say(language, "question.counterexample_undefined", **params)
        case "partly":
            kind = f"{params['kind']}_extra" if params["extra"] else params["kind"]
            return say(language, f"question.partly_{kind}", **params)
        case "unparsed" | "out_of_domain" if params.get("why"):
            why = sentences(language)[f"question.why_{params['why']}"].format(**params)
            return f"{why} {say(language, 'question.costs_nothing')}"
    return say(language, f"question.{verdict.code}", **params)
