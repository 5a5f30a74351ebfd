"""The app for the ear: the course as lines of text and words to type, for a screen reader or a bare terminal."""
