"""Import and export in the formats of the field."""
