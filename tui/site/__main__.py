"""`python -m tui.site FOLDER`: writes the Markdown that MkDocs builds the site from into a folder made anew."""

import shutil
import sys
from pathlib import Path

from tui.site.pages import write

folder = Path(sys.argv[1])
shutil.rmtree(folder, ignore_errors=True)
write(folder)
shutil.copyfile(Path(__file__).with_name("site.css"), folder / "site.css")
