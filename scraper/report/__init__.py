"""One practice day as a self-contained HTML file, read from `racing` and `analytics`.

Rows (`practice_day.py`) are grouped by racer (`racers.py`, `pace.py`). With charts (`charts.py`, `drawing.py`) they are
the contents of the page (`contents.py`), which templates render (`page.py`).
"""
