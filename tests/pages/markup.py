"""LiveRC's markup in miniature, with invented drivers, for the tests of the page objects."""

from collections.abc import Iterable, Mapping
from html import escape

NO_SESSIONS = "There are no practice sessions available for the given date."
LIST_HEADINGS = ("Driver<br />Class", "Time", "Laps <br />Length", "Fast<br />Avg")


def page(content: str, *, kind: str = "Practice Sessions", h5: str | None = None, track: str = "Sandy Creek") -> str:
    # As on the real site, the head is so long that no name is in the part that is checked for a bot check.
    advertisements = "googletag.cmd.push(function() {});\n" * 180
    date = "" if h5 is None else f'<h5 class="page-header text-nowrap"><span class="fa"></span> {h5}</h5>'
    return f"""<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8" /><title>{track} :: {kind} :: LiveRC</title>
<script>{advertisements}</script></head>
<body>
<div id="page-wrapper">
	<h1 class="page-header"><span class="fa fa-road"></span> {track}</h1>
	<h3 class="page-header"><span class="fa"></span> {kind}</h3>{date}
	{content}
</div>
<!-- Google reCAPTCHA -->
<script src="//www.google.com/recaptcha/api.js?render=explicit"></script>
</body>
</html>
"""


def panel(heading: str, body: str) -> str:
    return (
        '<div class="panel panel-default">'
        f'<div class="panel-heading"><i class="fa fa-fw"></i> {heading}</div>'
        f'<div class="panel-body no_padding">\n{body}\n</div></div>'
    )


def labelled_table(cells: Mapping[str, str]) -> str:
    rows = "".join(f"<tr>\n<th>{label}</th>\n<td>{cell}</td>\n</tr>" for label, cell in cells.items())
    return f'<table class="table"><tbody>{rows}</tbody></table>'


def day_row(date: str = "2025-10-25", label: str = "Sat, Oct 25, 2025", sessions: str = "56") -> str:
    link = f'<a href="/practice/?p=session_list&d={date}">'
    return f"<tr><td>{link}{label}</a></td><td>{link}{sessions}</a></td></tr>"


def month_table(rows: Iterable[str], headings: Iterable[str] = ("Date", "# Sessions")) -> str:
    heading_row = "".join(f"<th>{heading}</th>" for heading in headings)
    return f'<table class="table"><tbody><tr>{heading_row}</tr>{"".join(rows)}</tbody></table>'


def month_page(
    table: str | None = None,
    *,
    heading: str = "Practice Dates for October 2025",
    months: Iterable[str] = ("2026-01", "2025-10"),
    today: str | None = None,
) -> str:
    options = "".join(f'<option value="{month}">{month}</option>' for month in months)
    choice = f'<p>Select different month: <select id="available_session_months">{options}</select></p>'
    left = panel(heading, choice + (month_table([day_row()]) if table is None else table))
    right = panel("Practice Sessions on January 12, 2026 (Monday)", NO_SESSIONS) if today is None else today
    return page(left + right)


def list_row(
    session_id: int = 900001,
    *,
    driver: str = "Ana Ruiz",
    small: str = "1/10 Open (9000013)",
    href: str | None = None,
    started_at: str = "2025-10-25 16:36:38",
    clock: str = "4:36:38pm",
    laps: str = "9<br />8:28",
    fast: str = "Fast: 34.746<br />Avg: 56.437",
) -> str:
    """``driver`` and ``small`` are text, ``laps`` and ``fast`` are HTML."""
    href = href or f"/practice/?p=view_session&id={session_id}"
    return (
        f'<tr>\n<td><a href="{href}">{escape(driver)}</a><br /><small>{escape(small)}</small></td>\n'
        f'<td><div class="hidden">{started_at}</div>{clock}</td>\n'
        f'<td data-sort="9">{laps}</td>\n<td data-sort="34.746">{fast}</td>\n</tr>'
    )


def list_table(rows: Iterable[str], headings: Iterable[str] = LIST_HEADINGS) -> str:
    heading_row = "<tr>" + "".join(f"<th>{heading}</th>" for heading in headings) + "</tr>"
    return (
        '<table class="table table-striped practice_session_list">'
        f"<thead>{heading_row}</thead><tfoot>{heading_row}</tfoot><tbody>{''.join(rows)}</tbody></table>"
    )


def day_list_page(
    body: str | None = None,
    *,
    h5: str | None = "October 25, 2025 (Saturday)",
    heading: str = "Practice Sessions on October 25, 2025 (Saturday)",
    panels: str = "",
) -> str:
    """The list of one session, or of ``body``, with ``panels`` next to it."""
    return page(panel(heading, list_table([list_row()]) if body is None else body) + panels, h5=h5)


SESSION_CELLS = {
    "Driver": "Ana Ruiz",
    "Class": "1/10 Open",
    "Transponder": "9000013",
    "Session Time": "\n\tDate: October 25, 2025 (Saturday)<br />\n\tStart: 2:43:27pm<br />\n\tEnd: 2:50:17pm<br />\n"
    "\tLength of Session: 3:49\t",
    "Num Laps": "2",
    "Fastest Lap": "42.996",
    "Top 3 Consec": "133.270",
    "Averages": "Avg: 45.815<br />Top 5: 45.815<br />Top 10: <br />Top 15: <br />Std Deviation: 2.430<br />"
    "Consistency: 94.695%<br />",
    "Valid Lap Range": '20 to 1:10<br /><small>(lap times outside of this range are "invalid")</small>',
}
LAP_1 = (
    '{"x":"1","lap_time":"42.996","date":"2025-10-25","time":"14:44:10",'
    r'"date_time_display":"10\/25\/2025 2:44:10pm","time_display":"2:44:10pm","is_valid":"1"}'
)
LAP_2 = (
    '{"x":"2","lap_time":"17.298","date":"2025-10-25","time":"14:44:27",'
    r'"date_time_display":"10\/25\/2025 2:44:27pm","time_display":"2:44:27pm","is_valid":"0"}'
)
SPANS = '<div><span class="fast_lap">Lap 1: 42.996</span></div><div><span>Lap 2: 17.298*</span></div>'


def session_page(
    cells: Mapping[str, str] | None = None,
    *,
    spans: str | None = SPANS,
    laps_obj: str | None = f"[{LAP_1},{LAP_2}]",
) -> str:
    shown = "" if spans is None else f'<div class="laps_list clearfix">{spans}</div>'
    script = (
        "" if laps_obj is None else f"<script>$(function() {{ var lapsObj = {laps_obj}; var laps = []; }});</script>"
    )
    content = panel("Ana Ruiz (2:43:27pm)", labelled_table(SESSION_CELLS if cells is None else cells))
    return page(content + panel("Lap Times", shown + script), kind="Practice Session (Ana Ruiz)", h5="2:43:27pm")


def without(cells: Mapping[str, str], label: str) -> dict[str, str]:
    return {other: cell for other, cell in cells.items() if other != label}
