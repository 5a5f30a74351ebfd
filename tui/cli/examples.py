"""Examples of every command, shown by its --help: the line to type here, what it does in the texts (`examples.…`)."""

EXAMPLES: dict[str, tuple[str, ...]] = {
    "preferably": ("preferably", "preferably tour", "preferably --language es train --help"),
    "tour": ("preferably tour",),
    "lab": ("preferably lab 01", "preferably lab 01 --seed 7 --data labels"),
    "train": (
        "preferably train dpo",
        "preferably train dpo --set beta=0.2 --set num_train_epochs=2 --background",
        "preferably train --config recipe.yaml",
    ),
    "methods": ("preferably methods", "preferably methods dpo"),
    "runs": ("preferably runs", "preferably runs --json"),
    "stages": ("preferably stages sft",),
    "report": (
        "preferably report dpo-brave-otter-12",
        "preferably report dpo-brave-otter-12 --to shared --format html",
    ),
    "resume": ("preferably resume dpo-brave-otter-12",),
    "pause": ("preferably pause dpo-brave-otter-12",),
    "stop": ("preferably stop dpo-brave-otter-12",),
    "eval": ("preferably eval dpo-brave-otter-12", "preferably eval dpo-brave-otter-12 --against sft"),
    "chat": ("preferably chat", "preferably chat dpo-brave-otter-12 sft --temperature 0"),
    "arena": ("preferably arena", "preferably arena --json"),
    "forecasts": ("preferably forecasts",),
    "label": ("preferably label", "preferably label --source shipped --count 20"),
    "review": ("preferably review", "preferably review --chapter 03 --cram"),
    "cards": ("preferably cards --chapter 03",),
    "exercise": ("preferably exercise", "preferably exercise 03", "preferably exercise 03#closed-form"),
    "progress": ("preferably progress",),
    "plain": ("preferably plain", "preferably plain chapter 03"),
    "serve": ("preferably serve", "preferably serve --host 0.0.0.0 --port 9000"),
    "theory": ("preferably theory", "preferably theory optimal-policy prior=0.6,0.4 reward=1,0 beta=0.5"),
    "glossary": ("preferably glossary", "preferably glossary reward hacking"),
    "export": ("preferably export labels labels.jsonl", "preferably export --anki cards.txt"),
    "export_labels": ("preferably export labels labels.jsonl", "preferably export labels everything.jsonl --audit"),
    "export_run": ("preferably export run dpo-brave-otter-12 otter.zip",),
    "export_model": ("preferably export model dpo-brave-otter-12 merged",),
    "export_anki": ("preferably export anki cards.apkg",),
    "import": ("preferably import labels labels.jsonl",),
    "import_labels": ("preferably import labels labels.jsonl",),
    "bench": ("preferably bench",),
    "build": ("preferably build base",),
    "build_base": ("preferably build base --folder rebuilt",),
    "build_judge": ("preferably build judge",),
    "build_reasoner": ("preferably build reasoner",),
    "content": ("preferably content check",),
    "content_check": ("preferably content check --draws 5",),
    "settings": ("preferably settings", "preferably settings theme=preferably-light new_cards=5"),
    "keys": ("preferably keys", "preferably keys fork"),
    "doctor": ("preferably doctor",),
    "completion": (
        'eval "$(preferably completion bash)"',
        "preferably completion zsh > ~/.zfunc/_preferably",
        "preferably completion fish > ~/.config/fish/completions/preferably.fish",
    ),
}


def sentence(command: str, number: int) -> str:
    """The id of the sentence that says what an example does; the first one has the number 1."""
    return f"examples.{command}.{number}"
