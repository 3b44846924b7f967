"""One practice day as a self-contained HTML file. Reads `racing` and `analytics` alone, and writes nothing there.

Rows (`practice_day.py`) are put together by racer (`racers.py`, `pace.py`), with charts (`charts.py`) to the contents
of a page (`contents.py`), and these to the file (`page.py`).
"""
