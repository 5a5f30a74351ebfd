"""What the learner expects of a run before it starts, how right it was, and how far their certainty can be trusted."""
