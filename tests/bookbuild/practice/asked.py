"""All exercises that take an answer, for the tests that go through them."""

from bookbuild.practice.catalogue import CHAPTERS, exercises_of

EXERCISES = [
    exercise for chapter in CHAPTERS for exercise in exercises_of(chapter).values()
]
LABELS = [exercise.label for exercise in EXERCISES]
CHAPTER_OF = {label: chapter for chapter in CHAPTERS for label in exercises_of(chapter)}
