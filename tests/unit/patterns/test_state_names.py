from __future__ import annotations

from hashlib import sha256

from sfnorch.patterns.state_names import LENGTH, build_state_names


def test_a_job_gives_its_state_its_name():
    assert build_state_names(["a", "b"], taken=["Done"]) == ["a", "b"]


def test_a_taken_name_gets_a_number():
    assert build_state_names(["a", "Done", "a", "a (2)", "a"], taken=["Done"]) == [
        "a",
        "Done (2)",
        "a (2)",
        "a (2) (2)",
        "a (3)",
    ]


def test_a_long_name_ends_in_a_hash_of_it():
    long = "x" * 90
    first, second, again = build_state_names([long + "1", long + "2", long + "1"], taken=[])
    one, two = (sha256((long + number).encode()).hexdigest()[:8] for number in "12")
    assert (first, second, again) == ("x" * 71 + f"-{one}", "x" * 71 + f"-{two}", "x" * 67 + f"-{one} (2)")
    assert {len(first), len(second), len(again)} == {LENGTH}


def test_a_name_of_just_the_length_stays():
    assert build_state_names(["y" * LENGTH], taken=[]) == ["y" * LENGTH]
