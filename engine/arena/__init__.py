"""Blind votes between two models: what is kept of each, and what they add up to. Imports no torch."""
