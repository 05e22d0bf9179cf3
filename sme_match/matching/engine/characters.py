"""Old and variant forms of Japanese characters, one to one, so that places in a text stay.

Sources: the forms in brackets of 常用漢字表 (Cabinet notice of 30 November 2010) and of the list of
characters for personal names (人名用漢字別表, 戸籍法施行規則); for technical writing
同音の漢字による書きかえ (国語審議会, 1956). Forms that Unicode's NFKC unifies are not repeated.
"""

from typing import Final

_OLD: Final = (
    "乘亂亙亞佛來倂假傳僞價儉儘兒內兩凜剩劍劑勞勳勵勸區卷卽參吳吿啞單噓嚙嚴囑圈國圍圓圖團堯增墮"
    "壓壘壞壤壯壹壽奧奬娛嬀孃學寢實寫寬寶將專對尙屆屛屬峽巓巖巢帶幷廢廣廳彈彌彥徑從徵德恆悅惠惡"
    "惱愼慘應懷戀戰戲戶戾拂拔拜挾插揭搔搖搜摑擇擊擔據擧擴攝收效敍敎敕數斷晄晉晚晝曆曉曾會條棧榮"
    "槇槪樂樓樞樣橫檜檢櫻權歐歡步歲歷歸殘殼毆每氣沒涉淚淨淸淺渴溪溫滯滿潑潛澁澤濕濟濱濾瀆瀧瀨灣"
    "焰燈燒營爐爭爲犧狀狹獨獵獸獻瑤甁產畫當疊瘦癡發盜盡眞硏碎祕祿禪禮禰禱稅稱稻穎穗穩穰竊竝簞粹"
    "絕絲經綠緖緣縣縱總繡繩繪繫繼續纖缺罐聰聲聽肅脫腦膽臟臺與舊舍舖艷莊莖萠萬蔣薰藏藝藥藪蘆處虛"
    "號螢蟲蠅蠟蠶蠻衞裝襃覺覽觀觸說謠證譯譽讀變讓讚豐豫貳賣賴贊踐軀輕輛轉辭遙遞遲邊郞鄕醉醫醬醱"
    "釀釋銳錄錢鍊鎭鐵鑄鑛閱關陷隨險隱隸雙雜霸靈靑靜顏顚顯飜飮餘餠騷驅驒驗驛髓體髮鬥鬪鬬鬭鶯鷄鷗"
    "鹼鹽麥麴麵黃黑默點黨齋齒齡龍龜"
)
_NEW: Final = (
    "乗乱亘亜仏来併仮伝偽価倹侭児内両凛剰剣剤労勲励勧区巻即参呉告唖単嘘噛厳嘱圏国囲円図団尭増堕"
    "圧塁壊壌壮壱寿奥奨娯媯嬢学寝実写寛宝将専対尚届屏属峡巔巌巣帯并廃広庁弾弥彦径従徴徳恒悦恵悪"
    "悩慎惨応懐恋戦戯戸戻払抜拝挟挿掲掻揺捜掴択撃担拠挙拡摂収効叙教勅数断晃晋晩昼暦暁曽会条桟栄"
    "槙概楽楼枢様横桧検桜権欧歓歩歳歴帰残殻殴毎気没渉涙浄清浅渇渓温滞満溌潜渋沢湿済浜沪涜滝瀬湾"
    "焔灯焼営炉争為犠状狭独猟獣献瑶瓶産画当畳痩痴発盗尽真研砕秘禄禅礼祢祷税称稲頴穂穏穣窃並箪粋"
    "絶糸経緑緒縁県縦総繍縄絵繋継続繊欠缶聡声聴粛脱脳胆臓台与旧舎舗艶荘茎萌万蒋薫蔵芸薬薮芦処虚"
    "号蛍虫蝿蝋蚕蛮衛装褒覚覧観触説謡証訳誉読変譲讃豊予弐売頼賛践躯軽輌転辞遥逓遅辺郎郷酔医醤醗"
    "醸釈鋭録銭錬鎮鉄鋳鉱閲関陥随険隠隷双雑覇霊青静顔顛顕翻飲余餅騒駆騨験駅髄体髪闘闘闘闘鴬鶏鴎"
    "鹸塩麦麹麺黄黒黙点党斎歯齢竜亀"
)
# Written in place and family names, and the three old characters that became 弁 (a valve among them).
_OLD_IN_NAMES: Final = "辨瓣辯邉﨑髙濵嶋嶌桒𠮷冨栁靏峯嶽齊"
_NEW_IN_NAMES: Final = "弁弁弁辺崎高浜島島桑吉富柳鶴峰岳斉"
# 熔接, 腐蝕, 稀土類, 鈑金, 受註: another character for the same word.
_OLD_IN_TRADE: Final = "熔鎔滲劃聯稀註彎蝕綫礦砿鈑廻攪礙"
_NEW_IN_TRADE: Final = "溶溶浸画連希注湾食線鉱鉱板回撹碍"

MODERN_FORMS: Final = str.maketrans(
    _OLD + _OLD_IN_NAMES + _OLD_IN_TRADE, _NEW + _NEW_IN_NAMES + _NEW_IN_TRADE
)
"""For `str.translate`: 廣 becomes 広, 鐵 becomes 鉄, 﨑 becomes 崎, 熔 becomes 溶."""
