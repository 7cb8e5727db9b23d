"""The table of misconceptions: each defined once, and used."""

import re
from collections import Counter
from pathlib import Path

from bookbuild.practice import misconceptions
from bookbuild.practice.misconceptions import Misconception

FOLDER = Path(misconceptions.__file__).parent
DEFINED = re.findall(
    r"^(\w+) = Misconception\(",
    (FOLDER / "misconceptions.py").read_text(encoding="utf-8"),
    flags=re.MULTILINE,
)
ALL = [one for one in vars(misconceptions).values() if isinstance(one, Misconception)]


def test_each_is_defined_once_and_has_a_name_of_its_own():
    assert [name for name, times in Counter(DEFINED).items() if times > 1] == []
    names = Counter(one.name for one in ALL)
    assert [name for name, times in names.items() if times > 1] == []
    assert len(DEFINED) == len(ALL)


def test_each_is_used_by_some_exercise():
    used = {
        name
        for path in FOLDER.rglob("*.py")
        for name in re.findall(r"\bmay\.(\w+)", path.read_text(encoding="utf-8"))
    }
    assert set(DEFINED) - used == set()


def test_each_says_two_sentences():
    for one in ALL:
        for sentence in (one.done, one.remedy):
            assert sentence[0].isupper() or sentence[0] in "εγλ`"
            assert sentence.endswith(".")
