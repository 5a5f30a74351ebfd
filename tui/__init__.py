"""What the learner sees: the terminal app and the commands. Imports `content` and `engine`, never torch."""
