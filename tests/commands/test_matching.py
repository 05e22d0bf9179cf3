"""Measuring the engine from the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sme_match.commands.matching import evaluate_command

FILES = {
    "suppliers": "corporate_number,capability_text\n1,旋盤\n2,板金\n",
    "needs": "need_id,text\na,旋盤加工\nb,鋳造\n",
    "qrels": "need_id,corporate_number,relevance\na,1,1\nb,2,1\n",
}


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return [part for name in FILES for part in (f"--{name}", str(tmp_path / name))]


def test_one_line_of_json_has_the_customary_names(files: list[str]) -> None:
    result = CliRunner().invoke(evaluate_command, [*files, "--json"])

    [line] = result.output.splitlines()
    assert json.loads(line) == {
        "n": 2, "hit@1": 0.5, "hit@10": 0.5, "mrr": 0.5, "ndcg@10": 0.5, "map": 0.5, "recall@100": 0.5,
    }  # fmt: skip


def test_the_thesaurus_of_the_programme_takes_part(files: list[str], tmp_path: Path) -> None:
    (tmp_path / "needs").write_text("need_id,text\na,turning\n", encoding="utf-8")
    (tmp_path / "suppliers").write_text(
        "corporate_number,capability_text\n1,旋削\n2,板金\n", encoding="utf-8"
    )

    result = CliRunner().invoke(evaluate_command, [*files, "--json"])

    assert json.loads(result.output)["hit@1"] == 1


def test_each_need_is_written_to_a_file_on_request(files: list[str], tmp_path: Path) -> None:
    written = tmp_path / "needs.csv"

    result = CliRunner().invoke(evaluate_command, [*files, "--per-query", str(written)])

    assert "recall@100 0.5" in result.output
    assert written.read_text(encoding="utf-8").splitlines()[1:] == [
        "a,1,1.0,1.0,1.0,1.0",
        "b,,0.0,0.0,0.0,0.0",
    ]


def test_a_file_that_cannot_be_written_is_named(files: list[str], tmp_path: Path) -> None:
    result = CliRunner().invoke(
        evaluate_command, [*files, "--per-query", str(tmp_path / "no" / "x.csv")]
    )

    assert result.exit_code == 1
    assert "x.csv" in result.output


def test_a_file_that_cannot_be_read_is_a_plain_word(files: list[str], tmp_path: Path) -> None:
    (tmp_path / "needs").write_text("", encoding="utf-8")

    result = CliRunner().invoke(evaluate_command, files)

    assert result.exit_code == 1
    assert "ファイルが空です" in result.output
