"""What each figure means: one click away from every number a lead is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sme_match.core.text import mark_text

_OWN_RECORDS = mark_text("このシステムの記録")


@dataclass(frozen=True, slots=True)
class Definition:
    """The meaning of a figure, as message ids of the catalogue; no denominator = a plain count."""

    key: str
    title: str
    text: str
    denominator: str = ""
    source: str = _OWN_RECORDS


_ALL = (
    Definition(
        "needs",
        mark_text("発注企業のニーズ"),
        mark_text("期間中に登録された発注案件の数です。下書きは数えません。"),
    ),
    Definition(
        "proposals",
        mark_text("推薦した組み合わせ"),
        mark_text(
            "期間中に推薦した「発注案件と企業」の組み合わせの数です。同じ組み合わせは1組と数えます。"
        ),
    ),
    Definition(
        "accepted",
        mark_text("採用した組み合わせ"),
        mark_text("推薦した組み合わせのうち、コーディネーターが採用したものの数です。"),
        mark_text("推薦した組み合わせ"),
    ),
    Definition(
        "meetings",
        mark_text("商談を実施した数"),
        mark_text(
            "期間中に実施した商談の数（延べ）です。欠席・中断・中止・持越しは数えません。"
            "流れの図では、実施まで進んだ組み合わせを1組と数えます。"
        ),
        mark_text("流れの図では、採用した組み合わせ"),
    ),
    Definition(
        "quotes",
        mark_text("見積り・試作"),
        mark_text("結果が「見積り提出」以上（見積り・試作・成約・継続取引）になったものの数です。"),
        mark_text("流れの図では、商談を実施した組み合わせ"),
    ),
    Definition(
        "quote_rate",
        mark_text("見積りにつながった割合"),
        mark_text(
            "期間中に実施した商談のうち、結果が「見積り提出」以上になった割合です。"
            "結果が未報告の商談も分母に入れ、その数を別に示します。"
        ),
        mark_text("期間中に実施した商談"),
    ),
    Definition(
        "deals",
        mark_text("成約した数"),
        mark_text(
            "結果が「成約（初回受注）」以上になった商談の数です。成約した日の期間に数え、"
            "成約日が無いものは商談日で数えます。見込みは含みません。"
        ),
        mark_text("流れの図では、見積り・試作まで進んだ組み合わせ"),
    ),
    Definition(
        "first_order_yen",
        mark_text("初回受注額"),
        mark_text(
            "期間中に成約した商談の初回受注額の合計（税抜）です。"
            "金額が未報告の成約は合計に入らず、その数を別に示します。見込み額は足しません。"
        ),
    ),
    Definition(
        "total_yen",
        mark_text("契約した金額"),
        mark_text(
            "期間中に成約した商談の、これまでの受注額の合計（税抜）です。"
            "金額が未報告の成約は合計に入らず、その数を別に示します。見込み額は足しません。"
        ),
    ),
    Definition(
        "prospects",
        mark_text("見込み"),
        mark_text(
            "期間中に実施した商談のうち、見積り依頼から試作までの段階にあり、"
            "不成立で終わっていないものの数です。成約には足しません。"
        ),
    ),
    Definition(
        "smes",
        mark_text("商談に参加した企業の数"),
        mark_text("期間中に商談を1回以上実施した受注側企業の数（実数）です。同じ企業は1社と数えます。"),
    ),
    Definition(
        "buyers",
        mark_text("商談に参加した発注企業の数"),
        mark_text("期間中に商談を1回以上実施した発注企業の数（実数）です。同じ企業は1社と数えます。"),
    ),
    Definition(
        "crossing_meetings",
        mark_text("県境を越えた商談の割合"),
        mark_text(
            "発注企業と受注側企業の所在都道府県が異なる商談の割合です。"
            "どちらかの所在地が不明な商談は分母から除き、その数を別に示します。"
        ),
        mark_text("両方の所在地が分かる、期間中に実施した商談"),
    ),
    Definition(
        "crossing_deals",
        mark_text("県境を越えた成約の割合"),
        mark_text(
            "発注企業と受注側企業の所在都道府県が異なる成約の割合です。"
            "どちらかの所在地が不明な成約は分母から除き、その数を別に示します。"
        ),
        mark_text("両方の所在地が分かる、期間中の成約"),
    ),
    Definition(
        "unreported",
        mark_text("結果が分からない商談の割合"),
        mark_text("期間中に実施した商談のうち、結果の報告が無いか「不明」と報告された割合です。"),
        mark_text("期間中に実施した商談"),
    ),
    Definition(
        "companies",
        mark_text("登録企業"),
        mark_text(
            "表示した時点で登録されている受注側企業の数です。登録から外した企業は数えません。"
            "商談に参加していない企業も入ります。"
        ),
    ),
    Definition(
        "amounts_by_source",
        mark_text("金額の根拠ごとの内訳"),
        mark_text(
            "期間中の成約を、金額をだれから・何で確かめたか（受注側の話・発注側の話・書類で確認）で"
            "分けたものです。根拠が記録されていない成約は「不明」に入れます。"
        ),
    ),
    Definition(
        "unproposed",
        mark_text("推薦によらない商談"),
        mark_text(
            "期間中に実施した商談のうち、このシステムの推薦から始まらなかったものの数です。"
            "流れの図には入れず、別に示します。"
        ),
    ),
    Definition(
        "conversion",
        mark_text("次へ進む割合"),
        mark_text("流れの図で、前の段階の組み合わせのうち次の段階へ進んだ割合です。"),
        mark_text("前の段階の組み合わせ"),
    ),
    Definition(
        "judged",
        mark_text("判断した推薦"),
        mark_text(
            "コーディネーターが採用・保留・見送りのどれかにした推薦の数です。いまの判断を、判断した日"
            "（日本時間）の月に数えます。まだ判断していない推薦は数えません。"
        ),
    ),
    Definition(
        "precision",
        mark_text("採用率（適合率）"),
        mark_text(
            "判断した推薦のうち、採用したものの割合です。保留と見送りは採用していないものとして"
            "分母に入れます。区間はウィルソンの方法による信頼区間（信頼係数0.95）です。"
        ),
        mark_text("判断した推薦"),
    ),
    Definition(
        "precision_at",
        mark_text("上位の採用率"),
        mark_text(
            "順位が1位、3位以内、10位以内の推薦だけで数えた採用率です。"
            "順位は、その推薦を最後に計算したときのものです。"
        ),
        mark_text("その順位までの、判断した推薦"),
    ),
    Definition(
        "reciprocal_rank",
        mark_text("最初の採用の順位（逆数の平均）"),
        mark_text(
            "案件ごとに、採用した推薦のうちいちばん上の順位の逆数をとり（1位なら1、2位なら0.5、"
            "採用がなければ0）、案件で平均したものです（MRR）。1に近いほど、上から順に合っています。"
        ),
        mark_text("判断した推薦がある案件"),
    ),
    Definition(
        "judged_met",
        mark_text("採用から商談"),
        mark_text(
            "採用した推薦のうち、商談を1回以上実施したものの数です。商談の月ではなく、判断した月に数えます。"
        ),
        mark_text("採用した推薦"),
    ),
    Definition(
        "judged_dealt",
        mark_text("採用から成約"),
        mark_text(
            "採用した推薦のうち、実施した商談の結果が「成約（初回受注）」以上になったものの数です。"
            "成約は遅れて現れるため、新しい月ほど少なく出ます。"
        ),
        mark_text("採用した推薦"),
    ),
    Definition(
        "late",
        mark_text("12か月後の見込み"),
        mark_text(
            "期間中に実施した商談のうち、成約したものと、商談から12か月後までに成約が報告されると見込まれる"
            "数の範囲（95％の予測区間）です。この支援機関のこれまでの商談で、成約が何か月後に報告されたかを"
            "生命表の方法（カプラン・マイヤー法）で数え、まだ成約のない商談に当てはめます。"
            "12か月を過ぎた商談が30件、成約が5件に満たないあいだは示しません。成約の数には足しません。"
        ),
        mark_text("期間中に実施した商談"),
    ),
    Definition(
        "location_quotient",
        mark_text("特化係数"),
        mark_text(
            "その地域の産業の構成比を、全国の構成比で割った値です。"
            "1より大きいと、全国よりその産業に特化しています。"
        ),
        mark_text("全国の構成比"),
        mark_text("総務省・経済産業省「経済センサス」"),
    ),
)
DEFINITIONS: Mapping[str, Definition] = MappingProxyType({item.key: item for item in _ALL})
