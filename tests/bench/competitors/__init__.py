"""Tests of what `make bench` compares with. `make bench-test` installs the libraries and runs them."""

import pytest

for library in ("bs4", "dlt"):
    pytest.importorskip(library, reason=f"{library} is not installed: make bench-test installs it")
