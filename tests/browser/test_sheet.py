"""The reason sheet on paper: one page of A4 in both languages, with twelve conditions and a note."""

import pytest

from sme_match.accounts.passwords import hash_password
from sme_match.needs.enums import ConditionKind
from tests.browser.conftest import Site, VisitorFactory
from tests.factories import make_body, make_buyer, make_capability, make_company, make_need, make_user
from tests.meetings.scenes import make_proposal

pytestmark = [pytest.mark.ui, pytest.mark.timeout(300)]
PASSWORD = "correct horse battery"
VALUES = {ConditionKind.CAPACITY: "free", ConditionKind.DRAWING_FORMAT: "step"}
NUMBERS = ("_mm", "_um", "_kg", "_days", "_km", "lot")


def full_explanation() -> dict[str, object]:
    """More conditions than needs have, half of them unknown, and as many words as the engine names."""
    conditions = [
        {
            "kind": kind.value,
            "level": "must" if place % 2 else "wish",
            "verdict": ("pass", "unknown")[place % 2],
            "required": 12.5 if kind.value.endswith(NUMBERS) else VALUES.get(kind, "SUS304"),
            "offered": None,
        }
        for place, kind in enumerate(list(ConditionKind)[:12])
    ]
    words = ["精密旋盤加工", "マシニングセンタ", "医療機器", "三次元測定機", "小ロット", "ステンレス"]
    return {
        "parts": {"text": 40, "conditions": 20, "freshness": 10},
        "terms": [{"query": word, "document": f"{word}機", "points": 5} for word in words + words[:2]],
        "conditions": conditions,
        "excerpt": {"text": "難削材の精密旋盤加工を得意とし、" * 7, "marks": [[4, 10]]},
    }


def test_a_full_sheet_prints_on_one_page(site: Site, new_visitor: VisitorFactory) -> None:
    with site.database.unit_of_work() as session:
        body = make_body(session)
        make_user(session, body, email="desk@example.jp", password_hash=hash_password(PASSWORD))
        buyer = make_buyer(session, body, name_en="Example Instruments Corporation of Tohoku")
        need = make_need(
            session, buyer, title="医療用内視鏡 先端部ハウジングの微細切削加工（試作から量産）",
            description="外径3〜12mm、長さ20mm程度の部品です。" * 20, treatment="不動態化処理",
        )  # fmt: skip
        company = make_company(session, body, name_en="Example Precision Machining Company Limited")
        for code in ("milling", "turning", "welding", "grinding"):
            make_capability(
                session, company, process_code=code, materials=["SUS304", "SUS316L", "S45C", "A5052"]
            )
        proposal = make_proposal(
            session, need, company, explanation=full_explanation(),
            sheet_note=("試作から量産への立ち上げに強い企業です。" * 6 + "\n") * 3,
        )  # fmt: skip
    visitor = new_visitor()
    visitor.sign_in("desk@example.jp", PASSWORD)
    for language in ("ja", "en"):
        page = visitor.open(f"/proposals/{proposal.id}/sheet?lang={language}")
        paper = page.pdf(prefer_css_page_size=True)
        assert paper.count(b"/Type /Page\n") == 1, language
