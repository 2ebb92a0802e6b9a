"""The words of statements beside their derivations, by language."""

from __future__ import annotations

from collections.abc import Mapping

from ..dsl.calendar import GREGORIAN
from ..engine.calendar.periods import Period, containing

__all__ = ["Words"]

_ENGLISH: Mapping[str, str] = {
    "html": "en",
    "statement": "Statement",
    "statements": "Statements",
    "rep": "Rep", "name": "Name", "type": "Type", "team": "Team", "region": "Region", "role": "Role",
    "period": "Period", "days": "{first} to {last}",
    "policy": "Policy", "version": "version {version}", "hashes": "Proof",
    "hashes.value": "policy {policy}, facts {facts}",
    "total": "Total", "earned": "Earned in this period",
    "totals": "What it is made of", "scheme": "Scheme", "component": "Component", "amount": "Amount",
    "lines": "Lines", "line.count.one": "{count} line", "line.count.many": "{count} lines",
    "date": "Date", "row": "Row", "credited": "Credited", "because": "why", "worked": "How this was worked out",
    "rest": "not of a single row", "whole": "of the whole period",
    "awards": "Awards", "award": "Award", "award.to": "to {to}", "award.none": "",
    "unpaid": "What was not paid, and why", "remarks": "Remarks about this statement",
    "nothing": "No scheme pays this rep in this period.",
    "flow": "When it is paid", "flow.payable": "Payable by {day}", "flow.scheduled": "Payable on {day}",
    "flow.held": "Held until its condition is met", "flow.earned": "Earned",
    "balances": "Carried from period to period", "balance.before": "Before", "balance.after": "After",
    "balance.draw": "owed", "balance.cap": "kept above the cap",
    "basis": "What counts, and when", "basis.account": "Account", "basis.value": "Credits", "basis.on": "On",
    "basis.to": "To", "basis.when": "When",
    "index": "All statements", "index.reps": "{reps} reps, {statements} statements",
    "index.tie": "The total of all statements is the total of the run.",
    "open": "open", "back": "All statements",
    "component.total": "total, adjusted (cap or floor)",
    "made": "Made by meed from {policy}. Amounts are exact; nothing on this page was rounded but where it says so.",
    "group": "{period}: {count}, {amount}",
    "yes": "yes",
    "currency": "Amounts in {currency}",
    "type.competitive": "competitive", "type.achievement": "achievement",
    "type.self_appreciation": "self-appreciation", "type.conservative": "conservative",
    "colon": ": ", "comma": ", ",
    "period.year": "{year}", "period.half": "{year}, half {index}", "period.quarter": "Q{index} {year}",
    "period.month": "{month} {year}", "period.week": "week {index} of {year}", "period.day": "{text}",
    "months": "January February March April May June July August September October November December",
    "column.key": "Key", "column.explained": "Explanation",
    "sheet.statement": "Statement", "sheet.lines": "Lines", "sheet.because": "Because",
}  # fmt: skip

_CHINESE: Mapping[str, str] = {
    "html": "zh-Hans",
    "statement": "奖金单",
    "statements": "奖金单",
    "rep": "员工编号", "name": "姓名", "type": "类型", "team": "团队", "region": "区域", "role": "岗位",
    "period": "期间", "days": "{first} 至 {last}",
    "policy": "制度", "version": "版本 {version}", "hashes": "校验",
    "hashes.value": "制度 {policy}，数据 {facts}",
    "total": "合计", "earned": "本期应得",
    "totals": "构成", "scheme": "方案", "component": "项目", "amount": "金额",
    "lines": "明细", "line.count.one": "{count} 笔", "line.count.many": "{count} 笔",
    "date": "日期", "row": "单据", "credited": "计入", "because": "依据", "worked": "计算过程",
    "rest": "不属于任何一笔", "whole": "整期",
    "awards": "荣誉", "award": "荣誉", "award.to": "授予 {to}", "award.none": "",
    "unpaid": "未发项目及原因", "remarks": "与本单有关的说明",
    "nothing": "本期没有方案适用于该员工。",
    "flow": "发放时间", "flow.payable": "{day} 前可发", "flow.scheduled": "{day} 可发",
    "flow.held": "条件满足前暂扣", "flow.earned": "应得",
    "balances": "逐期结转", "balance.before": "期初", "balance.after": "期末",
    "balance.draw": "所欠", "balance.cap": "超出封顶而结转",
    "basis": "计入口径", "basis.account": "账户", "basis.value": "计入数额", "basis.on": "日期",
    "basis.to": "计入对象", "basis.when": "条件",
    "index": "全部奖金单", "index.reps": "{reps} 名员工，{statements} 份奖金单",
    "index.tie": "各单合计等于本次核算的总额。",
    "open": "打开", "back": "全部奖金单",
    "component.total": "总额调整（封顶或保底）",
    "made": "由 meed 按 {policy} 生成。金额均为精确值；除注明取整之处外，本页没有任何取整。",
    "group": "{period}：{count}，{amount}",
    "yes": "是",
    "currency": "金额单位：{currency}",
    "type.competitive": "竞争型", "type.achievement": "成就型",
    "type.self_appreciation": "自我欣赏型", "type.conservative": "守成型",
    "colon": "：", "comma": "，",
    "period.year": "{year}年", "period.half": "{year}年{half}半年", "period.quarter": "{year}年第{index}季度",
    "period.month": "{year}年{index}月", "period.week": "{year}年第{index}周", "period.day": "{text}",
    "months": "1 2 3 4 5 6 7 8 9 10 11 12",
    "column.key": "编号", "column.explained": "计算过程",
    "sheet.statement": "奖金单", "sheet.lines": "明细", "sheet.because": "依据",
}  # fmt: skip


class Words:
    """The words of a page in a language: `words("total")`, `words("version", version="3")`."""

    BY_LANGUAGE: Mapping[str, Mapping[str, str]] = {"en": _ENGLISH, "zh": _CHINESE}

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = self.BY_LANGUAGE[language]

    def __call__(self, name: str, **fills: str) -> str:
        text = self._words[name]
        return text.format(**fills) if fills else text

    def counted(self, count: int) -> str:
        """So many lines."""
        return self("line.count.one" if count == 1 else "line.count.many", count=f"{count:,}")

    def type_of_rep(self, word: str) -> str:
        """The name of a type of rep; other words are kept."""
        return self._words.get(f"type.{word}", word)

    def period(self, period: Period) -> str:
        """A period as people say it."""
        if period.kind == "month" and period.calendar.weeks is not None:
            return str(period)
        usual = containing("month", period.start, GREGORIAN) if period.kind == "month" else period
        month = self("months").split()[(usual.index - 1) % 12]
        return self(
            f"period.{period.kind}",
            year=str(usual.year),
            index=str(period.index),
            month=month,
            half="上下"[period.index % 2 - 1],
            text=str(period),
        )
