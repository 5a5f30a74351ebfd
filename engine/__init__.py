"""What computes: theory, the world of the labs, models, losses, loops, runs and the learner's store.

Nothing here imports Textual, `tui` or `content`; `import engine` is cheap and never imports torch.
"""
