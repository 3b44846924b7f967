"""One practice day as a self-contained HTML file. Reads `racing` and `analytics` alone; writes nothing to the database.

Rows become a `PracticeDay` (`practice_day.py`), its rows one `Racer` each (`racers.py`), and both a page (`page.py`) with
charts (`charts.py`).
"""
