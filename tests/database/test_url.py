"""DATABASE_URL: the spellings that work, and a message without the password for each that does not."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.database.url import connection_parameters
from scraper.errors import UsageError


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg", "PostgreSQL"])
def test_the_usual_schemes_mean_the_same(scheme: str) -> None:
    assert connection_parameters(f"{scheme}://ana:pw@db.example.org:5433/practice?sslmode=verify-full") == {
        "user": "ana",
        "password": "pw",
        "host": "db.example.org",
        "port": "5433",
        "dbname": "practice",
        "sslmode": "verify-full",
    }


@pytest.mark.parametrize(
    ("url", "parameters"),
    [
        ("postgresql:///practice?host=/run/pg", {"dbname": "practice", "host": "/run/pg"}),
        ("postgresql://%2Frun%2Fpg/practice", {"dbname": "practice", "host": "/run/pg"}),
        ("postgresql://[::1]:5432/practice", {"dbname": "practice", "host": "::1", "port": "5432"}),
        ("postgresql://a:1,b:2/practice", {"dbname": "practice", "host": "a,b", "port": "1,2"}),
        (" postgresql://h/practice\n", {"dbname": "practice", "host": "h"}),
    ],
)
def test_sockets_and_several_hosts_are_read(url: str, parameters: dict[str, str]) -> None:
    assert connection_parameters(url) == parameters


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1))
def test_any_password_works_once_it_is_percent_encoded(password: str) -> None:
    url = f"postgresql://ana:{quote(password, safe='')}@h/practice"
    assert connection_parameters(url)["password"] == password


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://ana:CaNaRy@h/practice", "and not with mysql://"),
        ("postgresql+psycopg2://ana:CaNaRy@h/practice", "and not with postgresql+psycopg2://"),
        ("host=h user=ana password=CaNaRy dbname=practice", "must begin with postgresql://: write it as"),
        ("ana:CaNaRy@h/practice", "must begin with postgresql://"),
        ("CaNaRy", "must begin with postgresql://"),
        ("postgresql://ana:CaNaRy@h:5432", "names no database"),
        ("postgresql://ana:CaNaRy@h:5432/", "names no database"),
        ("postgresql://ana:CaNaRy@h:54x2/practice", "has a port that is not a number"),
        ("postgresql://ana:CaNaRy@h:0/practice", "has a port that is not a number"),
        ("postgresql://ana:CaNaRy@h:65536/practice", "has a port that is not a number"),
        ("postgresql://ana:CaN@aRy@h/practice", "more than one @"),
        ("postgresql://ana:CaN%aRy@h/practice", "a % that is not followed by"),
        ("postgresql://ana:CaN/aRy@h/practice", "percent-encode it"),
        ("postgresql://ana:CaN?aRy@h/practice", "percent-encode it"),
        ("postgresql://ana:CaNaRy@h/practice?nonsense=1", "cannot be read"),
        ("postgresql://ana:CaNaRy@h/practice?nonsense", "cannot be read"),
        ("postgresql://ana:CaN%00aRy@h/practice", "cannot be read"),
        ("postgresql://ana:CaNaRy@[::1/practice", "has a port that is not a number"),
    ],
)
def test_each_mistake_gets_a_message_without_the_password(url: str, message: str) -> None:
    with pytest.raises(UsageError) as problem:
        connection_parameters(url)
    line = str(problem.value)
    assert message in line
    assert line.isprintable()
    assert not any(part in line for part in ("CaN", "aRy"))


@given(st.text())
def test_any_text_after_the_scheme_is_read_or_refused(rest: str) -> None:
    try:
        parameters = connection_parameters(f"postgresql://{rest}")
    except UsageError:
        return
    assert parameters["dbname"]
