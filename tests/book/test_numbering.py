"""Labels that hold a number of the thesis show it; the badges round times up."""

import pytest
import thesisbook


@pytest.mark.parametrize(
    ("label", "number"),
    [
        ("eq-th-b-20", "B.20"),
        ("equation-eq-th-b-20", "B.20"),
        ("fig-th-b-14", "B-14"),
        ("fig-th-b-1-left", "B-1-LEFT"),
        ("eq-th-5-4", "5.4"),
        ("tbl-th-4-1", "4.1"),
    ],
)
def test_a_thesis_label_shows_the_number_of_the_thesis(label, number):
    assert thesisbook.thesis_number(label) == number


@pytest.mark.parametrize("label", ["eq-own", "fig-th", "fig-th-b", "th-b-20", "section-th-2-1", "eq-th-b-20 "])
def test_any_other_label_keeps_the_number_of_the_book(label):
    assert thesisbook.thesis_number(label) is None


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "1 s"), (4.0, "4 s"), (4.1, "5 s"), (59.9, "1 min 0 s")])
def test_run_times_are_rounded_up(seconds, text):
    assert thesisbook.duration(seconds) == text


def test_our_own_are_counted_on_their_page():
    labels = ["fig-th-b-10", "fig-own", "fig-th-b-11", "fig-other"]
    assert list(thesisbook.page_numbers(labels).values()) == [("B-10",), (1,), ("B-11",), (2,)]
