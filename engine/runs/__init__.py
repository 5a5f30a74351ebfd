"""Training runs: a recipe executed by a worker process in a folder that alone is enough to resume or share it."""
