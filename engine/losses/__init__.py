"""Losses as pure functions: tensors in, (loss, metrics) out; no model, no configuration."""
