"""Import and export in the field's formats: labels as JSONL in TRL's shapes, runs as folders others can load."""
