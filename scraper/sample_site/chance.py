"""Where the sample season's chance comes from."""

from random import Random


def chance_of(*purpose: object) -> Random:
    """Random numbers that depend on nothing but their purpose, so that no day's depend on another day's.

    They are the same in every process and on every machine.
    """
    return Random("|".join(map(str, purpose)))  # noqa: S311 (nothing here is a secret)
