"""The instruments: what a run is judged by, each figure with an interval."""
