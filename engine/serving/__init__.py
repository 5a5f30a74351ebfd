"""Answers from models for programs that never load one: a process that does, the client of it, and who can answer."""

PROTOCOL = 1
"""The version of what client and generator say to each other."""
