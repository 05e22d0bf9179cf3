"""The front for published instances: what it reads, and what it says of files that are none."""

import json
from pathlib import Path

import pytest

from benchmarks.b2bsp import InstanceError, faults, main, read_instance
from sme_match.events.timetable.placement import Placement

INSTANCE = """
nBusiness = 3; nMeetings = 3; nTables = 1;
nTotalSlots = 4; nMorningSlots = 2;
requested = [|1, 2,1,
|1, 3,3,
|2, 3,2,
|];
meetingsxBusiness = [{1,2,3},{1,2,4},{1,3,4}];
nMeetingsBusiness = [2,2,2];
forbidden = [{0},{0,4},{1..1}];
fixed = [0,2,0];
precedences = [{},{1},{}];
"""


def test_sessions_forbidden_slots_fixed_meetings_and_order_are_read() -> None:
    placement = read_instance(INSTANCE)
    assert placement.ends == ((0, 1), (0, 2), (1, 2))
    assert placement.domains == ((0, 1), (1,), (2,))
    assert placement.precedences == ((0, 1),)
    assert (placement.rows, placement.at_once, placement.fairness) == (3, 1, 2)


def test_optimum_and_bound_are_written_as_rows(tmp_path: Path) -> None:
    (tmp_path / "small.original.dzn").write_text(INSTANCE)
    (tmp_path / "closed.dzn").write_text(INSTANCE.replace("{1..1}", "{1..4}"))
    (tmp_path / "broken.dzn").write_text("nBusiness = 3;")
    assert main([str(tmp_path), "--json", str(tmp_path / "out.json")]) == 0
    rows = json.loads((tmp_path / "out.json").read_text())["rows"]
    assert [(r["name"], r["status"], r["objective"], r["bound"]) for r in rows] == [
        ("broken", "UNKNOWN", None, None),
        ("closed", "INFEASIBLE", None, None),
        ("small.original", "OPTIMAL", 1, 1),
    ]


def test_a_folder_without_instances_is_said_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 1
    assert "There is no .dzn file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("nTables = 1;", "", "nTables is missing"),
        ("|2, 3,2,", "|2, 3,", "requested holds 8 numbers"),
        ("|2, 3,2,", "|2, 4,2,", "companies 2 and 4"),
        ("|2, 3,2,", "|2, 3,7,", "no session 7"),
        ("{},{1},{}", "{},{9},{}", "no meeting 9"),
        ("[0,2,0]", "[0,2]", "fixed"),
        ("nTotalSlots = 4", "nTotalSlots = 1", "nMorningSlots is over nTotalSlots"),
        ("nTotalSlots = 4", "nTotalSlots = 400000", "over 5 digits"),
        ("nTotalSlots = 4", "nTotalSlots = 99999; nBusiness = 99999", "too many"),
        ("nTables = 1", "nTables = ²", "nTables is missing or no number"),
        ("{0,4}", "{-4}", "negative"),
        ("{1..1}", "{1..999999999}", "over 5 digits"),
        ("{0},{0,4},{1..1}", "{0}", "forbidden holds 1 sets"),
    ],
)
def test_contradictions_of_a_file_are_named(old: str, new: str, message: str) -> None:
    with pytest.raises(InstanceError, match=message):
        read_instance(INSTANCE.replace(old, new))


def test_meetings_without_a_table_have_no_timetable(tmp_path: Path) -> None:
    (tmp_path / "none.dzn").write_text(INSTANCE.replace("nTables = 1", "nTables = 0"))
    assert main([str(tmp_path), "--json", str(tmp_path / "out.json")]) == 0
    (row,) = json.loads((tmp_path / "out.json").read_text())["rows"]
    assert row["status"] == "INFEASIBLE"


def test_faults_of_a_placement_are_found_by_counting() -> None:
    placement: Placement = read_instance(INSTANCE)
    assert faults(placement, (0, 1, 2)) == []
    assert faults(placement, (1, 1, 3)) == [
        "a company is in two meetings at once",
        "a meeting is in a slot that it may not take",
        "there are not enough tables",
        "a meeting is before one that has to come first",
    ]
