"""Words for what waits: the title of its list, why it is there, and its unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flask_babel import lazy_gettext as _l

from sme_match.home.enums import Waiting

W = Waiting


@dataclass(frozen=True, slots=True)
class WaitingWords:
    """How a kind of waiting thing is named."""

    title: object
    note: object
    unit: object


_CASES, _COMPANIES, _PEOPLE, _MAILS = _l("件"), _l("社"), _l("人"), _l("通")

WAITING: Mapping[Waiting, WaitingWords] = MappingProxyType(
    {
        W.NEEDS_TO_REVIEW: WaitingWords(
            _l("未確認の提案がある発注案件"), _l("採用・保留・見送りを決めてください"), _CASES
        ),
        W.NEEDS_WITHOUT_PROPOSAL: WaitingWords(
            _l("提案が1件も無い発注案件"), _l("登録から10日以上たっています"), _CASES
        ),
        W.PROPOSALS_TO_ARRANGE: WaitingWords(
            _l("採用したが、商談をまだ設定していない提案"), _l("日時の候補を送ってください"), _CASES
        ),
        W.MEETINGS_UNANSWERED: WaitingWords(
            _l("日時の回答を待っている商談"),
            _l("どちらかの回答がまだです。期限の前に確認できます"),
            _CASES,
        ),
        W.MEETINGS_EXPIRED: WaitingWords(
            _l("回答の期限が過ぎた商談"), _l("電話で確認するか、日時を送りなおしてください"), _CASES
        ),
        W.MEETINGS_WITHOUT_TIME: WaitingWords(
            _l("合う日時が無い商談"),
            _l("持越しの商談もここに入ります。新しい候補を送ってください"),
            _CASES,
        ),
        W.MEETINGS_AWAITING_RESULT: WaitingWords(
            _l("終わった商談で、実施したかどうかが未記録"),
            _l("実施・欠席などを記録してください"),
            _CASES,
        ),
        W.REPORTS_OVERDUE: WaitingWords(
            _l("結果の報告がまだの商談"), _l("商談から7日以上たち、報告がそろっていません"), _CASES
        ),
        W.DISAGREEMENTS: WaitingWords(
            _l("報告が食い違っている商談"), _l("双方に確かめてください"), _CASES
        ),
        W.FOLLOW_UPS_DUE: WaitingWords(
            _l("追跡の時期が来た商談"), _l("商談から1・3・6・12か月の確認です"), _CASES
        ),
        W.EVENTS_TODAY: WaitingWords(
            _l("今日の商談会"), _l("当日の画面で受付と商談の様子を見られます"), _CASES
        ),
        W.EVENT_OBJECTIONS: WaitingWords(
            _l("商談会の時間割への申し出"), _l("電話で確かめ、時間割を直してください"), _COMPANIES
        ),
        W.EVENT_APPLICATIONS: WaitingWords(
            _l("商談会への申込"), _l("受け付けるかどうかを決めてください"), _COMPANIES
        ),
        W.EVENT_BUYERS_UNANSWERED: WaitingWords(
            _l("商談会の候補に回答していない発注企業"), _l("期限の前に電話で確認できます"), _COMPANIES
        ),
        W.EVENTS_TO_PUBLISH: WaitingWords(
            _l("時間割を公開していない商談会"), _l("発注企業の回答の期限が過ぎました"), _CASES
        ),
        W.EVENTS_TO_APPLY: WaitingWords(
            _l("申込を受け付けている商談会"), _l("会いたい発注企業があれば、申し込んでください"), _CASES
        ),
        W.EVENTS_TO_CONFIRM: WaitingWords(
            _l("商談会の時間割を確かめてください"),
            _l("都合の悪い商談も、その画面で知らせられます"),
            _CASES,
        ),
        W.STALE_COMPANIES: WaitingWords(
            _l("1年以上確認していない企業"), _l("情報が古いと推薦の精度が下がります"), _COMPANIES
        ),
        W.WORDS_TO_REVIEW: WaitingWords(
            _l("確認を待っている用語の提案"), _l("採用するか見送るかを決めてください"), _CASES
        ),
        W.ANSWERS_DUE: WaitingWords(
            _l("日時の回答をお願いします"), _l("都合の良い日時を選んでください"), _CASES
        ),
        W.REPORTS_DUE: WaitingWords(_l("結果の報告をお願いします"), _l("1分ほどで終わります"), _CASES),
        W.USERS_NEVER_SIGNED_IN: WaitingWords(
            _l("まだ一度もログインしていない利用者"),
            _l("招待のメールが届いているか確かめてください"),
            _PEOPLE,
        ),
        W.FAILED_MAILS: WaitingWords(
            _l("送れなかったメール"), _l("宛先と、送信サーバーの返事を確かめてください"), _MAILS
        ),
    }
)
