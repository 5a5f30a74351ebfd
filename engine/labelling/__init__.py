"""Which pair a rater is asked next and why, how sure their answers are, and how several ranked answers become pairs."""
