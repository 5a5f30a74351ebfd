"""What is taught: Markdown, labs and every sentence of the interface, in `en/` and `es/`, plus their loaders."""
