"""The app in a browser: a small server on this machine that lets in nobody without its token."""
