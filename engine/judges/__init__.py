"""Who scores an answer: the exact rule of the world, or a reward model learned from preferences."""
