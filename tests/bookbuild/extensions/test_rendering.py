"""The policy of a page allows its own scripts and nobody else's."""

import base64
import hashlib
import re

from bookbuild.extensions import rendering

PAGE = f"<head>{rendering.PLACE}<script>let a;</script></head><script>let b;</script>"


def policy_of(html):
    return re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)[1]


def test_scripts_within_the_page_are_named_by_their_digests():
    allowed = re.findall(r"'sha256-([^']*)'", policy_of(rendering.with_policy(PAGE)))
    digests = [
        base64.b64encode(hashlib.sha256(script).digest()).decode()
        for script in (b"let a;", b"let b;")
    ]
    assert allowed == digests


def test_nothing_comes_from_another_host():
    directives = policy_of(rendering.with_policy(PAGE)).split("; ")
    assert "default-src 'self'" in directives
    for directive in directives:
        assert "http" not in directive
        assert "*" not in directive
    assert not any("script" in one and "unsafe-inline" in one for one in directives)


def test_a_page_without_a_place_is_left_alone():
    assert rendering.with_policy("<p>text</p>") == "<p>text</p>"
