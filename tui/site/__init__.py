"""The site: the same content as pages for a browser, built by MkDocs through the hooks of this folder."""
