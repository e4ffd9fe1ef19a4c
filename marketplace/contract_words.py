"""What stands in the draft of a technology contract: its articles, by kind and form of price.

Plain data for `typesetting/contract.typ`. The articles of law are the Civil Code's (民法典 843–887)
and those of the Supreme Court's interpretation on technology contracts (技术合同解释).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core import money
from marketplace.lifecycle import ContractKind, PriceForm
from marketplace.rules.milestones import Contract

Row = list[str]
TITLES = {
    ContractKind.DEVELOPMENT: "技术开发合同",
    ContractKind.TRANSFER: "技术转让合同",
    ContractKind.LICENSE: "技术许可合同",
    ContractKind.CONSULTING: "技术咨询合同",
    ContractKind.SERVICE: "技术服务合同",
}
_PARTIES = {
    ContractKind.DEVELOPMENT: ("委托人", "研究开发人"),
    ContractKind.TRANSFER: ("受让人", "让与人"),
    ContractKind.LICENSE: ("被许可人", "许可人"),
    ContractKind.CONSULTING: ("委托人", "受托人"),
    ContractKind.SERVICE: ("委托人", "受托人"),
}
_WORK = {
    ContractKind.DEVELOPMENT: (
        "乙方按照本合同约定完成研究开发工作，交付研究开发成果，并提供必要的技术指导；甲方提供技术资料，"
        "提出研究开发要求，完成协作事项，接受研究开发成果（民法典第八百五十二条、第八百五十三条）。"
    ),
    ContractKind.TRANSFER: (
        "乙方将本合同项下的权利转让给甲方，并保证自己是所提供的技术的合法拥有者，"
        "保证所提供的技术完整、无误、有效，能够达到约定的目标（民法典第八百六十二条、第八百七十条）。"
        "专利权的转让自登记之日起生效（专利法第十条）。"
    ),
    ContractKind.LICENSE: (
        "乙方许可甲方实施、使用本合同项下的技术，并保证自己是所提供的技术的合法拥有者，"
        "保证所提供的技术完整、无误、有效，能够达到约定的目标（民法典第八百六十二条、第八百七十条）。"
    ),
    ContractKind.CONSULTING: (
        "乙方就约定的技术项目提供可行性论证、技术预测、专题技术调查、分析评价报告等；"
        "甲方阐明咨询的问题，提供技术背景材料，接受工作成果（民法典第八百七十八条至第八百八十条）。"
    ),
    ContractKind.SERVICE: (
        "乙方以技术知识为甲方解决本合同约定的技术问题，保证工作质量，并传授解决技术问题的知识；"
        "甲方提供工作条件，完成配合事项，接受工作成果（民法典第八百七十八条、第八百八十二条、"
        "第八百八十三条）。"
    ),
}
_SCOPES = {
    "license_exclusive": ("许可方式为独占实施许可：在约定的范围内仅由甲方实施，乙方不得实施。"),
    "license_sole": "许可方式为排他实施许可：在约定的范围内许可甲方一个实施，乙方可以自行实施。",
    "license_ordinary": (
        "许可方式为普通实施许可：在约定的范围内许可甲方实施，乙方可以自行实施并许可他人实施。"
    ),
}
_RESULTS = {
    ContractKind.DEVELOPMENT: (
        "除双方另有约定外，委托开发完成的发明创造，申请专利的权利属于乙方；乙方取得专利权的，"
        "甲方可以依法实施该专利（民法典第八百五十九条）。"
    ),
    ContractKind.TRANSFER: (
        "后续改进的技术成果的分享由双方约定；没有约定的，一方后续改进的成果，"
        "其他各方无权分享（民法典第八百七十五条）。"
    ),
    ContractKind.LICENSE: (
        "后续改进的技术成果的分享由双方约定；没有约定的，一方后续改进的成果，"
        "其他各方无权分享（民法典第八百七十五条）。"
    ),
    ContractKind.CONSULTING: (
        "乙方利用甲方提供的技术资料和工作条件完成的新的技术成果属于乙方，"
        "甲方利用乙方的工作成果完成的新的技术成果属于甲方；另有约定的除外（民法典第八百八十五条）。"
    ),
    ContractKind.SERVICE: (
        "乙方利用甲方提供的技术资料和工作条件完成的新的技术成果属于乙方，"
        "甲方利用乙方的工作成果完成的新的技术成果属于甲方；另有约定的除外（民法典第八百八十五条）。"
    ),
}
_PROPOSALS = {
    "poster": "双方拟约定：本合同产生的成果归甲方所有。",
    "solver": "双方拟约定：本合同产生的成果归乙方所有。",
    "joint": "双方拟约定：本合同产生的成果由双方共有。",
    "negotiable": "本合同产生的成果的归属由双方在签署前协商确定。",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a draft says beside its terms: parties with their codes, subject, plan, acceptance."""

    code: str
    deal_code: str
    buyer: str
    seller: str
    mode: str
    mode_name: str
    price: Decimal
    subject: Sequence[Row]
    plan: Sequence[Row] = ()
    acceptance: str = ""
    ip_proposal: str = ""
    ip_terms: str = ""
    place: str = ""
    earlier_licences: Sequence[str] = ()
    brokers: Sequence[str] = ()


def draft(subject: Subject, contract: Contract) -> dict[str, Any]:
    """The whole draft as data. Nothing in it is agreed before both parties have signed."""
    kind = contract.kind
    buyer, seller = _PARTIES[kind]
    articles = [
        ("标的", [_WORK[kind], *_scope(subject, kind)], subject.subject),
        ("价款及其支付", _price(subject.price, contract), _instalments(contract)),
        ("履行期限与节点", [_plan_text(subject)], _plan_rows(subject)),
        ("验收", [_acceptance(subject)], []),
        ("技术成果的归属与后续改进", _results(subject, kind), []),
        ("保密", [_SECRECY], []),
        ("违约责任", [_BREACH], []),
        ("认定登记", [_REGISTRATION], []),
        *([("科创经理人", list(subject.brokers), [])] if subject.brokers else []),
        ("争议解决", [_DISPUTES], []),
    ]
    return {
        "title": f"{TITLES[kind]}（草案）",
        "number": f"草案编号：{subject.code}",
        "facts": [
            ["成交编号", subject.deal_code],
            [f"甲方（{buyer}）", subject.buyer],
            [f"乙方（{seller}）", subject.seller],
            ["交易方式", subject.mode_name],
            ["签订地点", subject.place or "（待填写）"],
            ["签订日期", _day(contract.signed_on)],
        ],
        "before": [
            "依照《中华人民共和国民法典》第八百四十三条、第八百四十五条，双方经协商，订立本合同。"
            "本草案由平台依据成交记录生成，供双方协商修改，以双方签署的文本为准。"
        ],
        "articles": [
            {"title": f"第{_NUMBERS[number]}条　{title}", "paragraphs": texts, "rows": list(rows)}
            for number, (title, texts, rows) in enumerate(articles)
        ],
        "closing": "本合同一式四份，双方各执两份，自双方签字盖章之日起生效。",
        "signatures": [_place(f"甲方（{buyer}）盖章"), _place(f"乙方（{seller}）盖章")],
        "footer": f"{TITLES[kind]}草案 {subject.code} · {subject.deal_code}",
    }


_NUMBERS = "一二三四五六七八九十"
_SECRECY = (
    "双方对因订立和履行本合同知悉的对方技术秘密和商业信息承担保密义务，本合同终止后仍然有效"
    "（民法典第五百零一条、第八百六十八条、第八百七十一条）。"
)
_BREACH = (
    "一方不履行合同义务或者履行不符合约定的，应当承担继续履行、采取补救措施或者赔偿损失等违约责任"
    "（民法典第五百七十七条）。"
)
_REGISTRATION = (
    "乙方在合同成立后向所在地技术合同登记机构申请认定登记；未经认定登记的，不享受税收等优惠政策。"
)
_DISPUTES = (
    "因本合同发生的争议，双方协商解决；协商不成的，依法向有管辖权的人民法院起诉，或者依双方另行订立的"
    "仲裁协议申请仲裁。"
)


def _scope(subject: Subject, kind: ContractKind) -> list[str]:
    """Of a licence its kind and bounds; of either what was licensed before, which goes on."""
    said = []
    if kind is ContractKind.LICENSE:
        said.append(f"{_SCOPES[subject.mode]}（技术合同解释第二十五条）")
        said.append("专利实施许可合同仅在该专利权的存续期限内有效（民法典第八百六十五条）。")
    if subject.earlier_licences:
        known = "；".join(subject.earlier_licences)
        said.append(
            f"本合同订立前已有的许可或者质押：{known}。"
            "让与人在转让前与他人订立的实施许可合同的效力不受影响（技术合同解释第二十四条）。"
        )
    return said


def _price(price: Decimal, contract: Contract) -> list[str]:
    amount = f"¥{price:,.2f}（人民币{money.in_capitals(price)}）"
    form = contract.price_form
    ways = {
        PriceForm.LUMP_SUM: "一次总算、一次总付。",
        PriceForm.INSTALMENTS: "一次总算、分期支付，各期如下表。",
        PriceForm.ROYALTY: f"按甲方实施本合同技术所得收入的 {contract.royalty_rate}% 提成支付。",
        PriceForm.ENTRY_FEE_AND_ROYALTY: (
            f"入门费 {_amount(contract.entry_fee)}，另按甲方实施本合同技术所得收入的 "
            f"{contract.royalty_rate}% 提成支付。"
        ),
        PriceForm.USE_FIRST: (f"先使用后付费，首期价款于 {_day(contract.first_due_on)} 前支付。"),
    }
    texts = [f"合同价款为 {amount}。支付方式：{ways[form]}（民法典第八百四十六条）"]
    if form in (PriceForm.ROYALTY, PriceForm.ENTRY_FEE_AND_ROYALTY):
        texts.append("甲方应当建立独立会计账目，乙方有权查阅有关会计账目（民法典第八百四十六条）。")
    return texts


def _instalments(contract: Contract) -> list[Row]:
    if not contract.instalments:
        return []
    rows = [
        [str(number), _day(one.due_on), f"¥{one.amount:,.2f}", money.in_capitals(one.amount)]
        for number, one in enumerate(contract.instalments, 1)
    ]
    return [["期次", "支付日期", "金额（元）", "人民币大写"], *rows]


def _plan_text(subject: Subject) -> str:
    return (
        "乙方按下表的节点交付，甲方逐项验收。"
        if subject.plan
        else "履行期限和交付方式由双方在签署前填写。"
    )


def _plan_rows(subject: Subject) -> list[Row]:
    return [["序号", "节点", "交付物", "日期", "占价款比例"], *subject.plan] if subject.plan else []


def _acceptance(subject: Subject) -> str:
    method = subject.acceptance.strip() or "验收标准和方法由双方在签署前填写。"
    return f"验收标准和方法：{method}"


def _results(subject: Subject, kind: ContractKind) -> list[str]:
    said = [_PROPOSALS[subject.ip_proposal]] if subject.ip_proposal else []
    return [*said, *([subject.ip_terms] if subject.ip_terms else []), _RESULTS[kind]]


def _place(title: str) -> dict[str, str]:
    return {"title": title, "name": "", "hint": "年　　月　　日"}


def _amount(amount: Decimal | None) -> str:
    return f"¥{amount:,.2f}（人民币{money.in_capitals(amount)}）" if amount is not None else "—"


def _day(day: date | None) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日" if day else "（待填写）"
