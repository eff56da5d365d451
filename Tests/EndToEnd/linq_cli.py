"""Runs `linewarden linq` against the fake of Linq's API."""

from harness import cli
from linq_state import KEY

LINE, OTHER = "+12025551234", "+12025559876"


def surroundings(fake, key=KEY):
    """The environment variables that lead to the fake."""
    return {"LINQ_API_V3_BASE_URL": fake.url, "LINQ_API_V3_API_KEY": key}


def linq(fake, *arguments, key=KEY, **env):
    """Runs a command with the key in the environment; the key is never in what it says."""
    result = cli("linq", *arguments, **surroundings(fake, key), **env)
    assert key not in result.stdout + result.stderr
    return result


def good(result):
    assert result.returncode == 0, result.stderr
    return result.stdout
