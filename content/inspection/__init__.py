"""What is wrong with the content: every number recomputed, every formula drawn, every link followed, every question
answered, and both languages held side by side. The command `preferably content check` and the tests run the same."""

from content.inspection.course import Report, inspect
from content.inspection.fault import Fault

__all__ = ["Fault", "Report", "inspect"]
