"""Checks the published result of a lot: python -m verify record.json

Needs Python 3.11 or newer and nothing else. Give one or more records (GET /lots/{id}/record),
`-` for the standard input, and with --heads the published list of the day (GET
/published-heads/{date}) to see that the record is the one that was published. With --aftermath
(GET /lots/{id}/aftermath) it tells what became of a result that did not last.

Exit code: 0 the result follows from the record, 1 something was altered, 2 it cannot be judged.
"""

import argparse
import io
import sys
from datetime import timedelta, timezone
from pathlib import Path

from verify.checks import (
    Altered,
    Record,
    Unreadable,
    check,
    check_aftermath,
    check_listed,
    instant,
)

INTACT, ALTERED, UNREADABLE = 0, 1, 2
BEIJING = timezone(timedelta(hours=8))
OUTCOMES = {
    "sold": "成交 / sold",
    "no_bids": "无人出价 / no bids",
    "void": "作废 / void: it was suspended and never went on",
    "reserve_not_met": "未达保留价 / below the reserve, which the record does not tell",
}


AFTERMATHS = {"void": "作废 / void", "default": "悔拍 / the buyer defaulted"}


def plain(text: str) -> str:
    """Without what would command a terminal: a record must not write its own verdict."""
    return "".join(char if char.isprintable() else "?" for char in text)


def told(record: Record) -> str:
    result = record["result"]
    end = instant(result["closes_at"] or result["closed_at"]).astimezone(BEIJING)
    outcome = OUTCOMES[result["outcome"]]
    if result["price"] is not None:
        outcome += f"，号牌 / paddle {result['paddle']}，¥{result['price']}"
    return "\n".join(
        plain(line)
        for line in (
            f"  标的 / lot      {record['lot']} {record['title']}",
            f"  规则 / rules    {record['rules']} ({record['terms']['rules_version']})",
            f"  出价 / bids     {len(record['bids'])}",
            f"  延时 / extended {len(record['extensions'])}",
            f"  暂缓 / paused   {len(record['suspensions'])}",
            f"  结束 / end      {end:%Y-%m-%d %H:%M:%S.%f} +08:00",
            f"  结果 / result   {outcome}",
            f"  链头 / head     {record['head_hash']}",
            f"  摘要 / digest   {record['digest']}",
        )
    )


def judge(name: str, heads: str | None, aftermath: str | None) -> int:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        record = check(data)
        listed = check_listed(record, Path(heads).read_bytes()) if heads else None
        later = check_aftermath(record, Path(aftermath).read_bytes()) if aftermath else None
    except Altered as found:
        print(f"✗ {name}\n  结论：记录被改动 / altered: {plain(str(found))}")
        return ALTERED
    except (Unreadable, OSError) as problem:
        print(f"? {name}\n  结论：无法核验 / cannot be judged: {plain(str(problem))}")
        return UNREADABLE
    print(f"✓ {name}\n{told(record)}")
    if listed:
        print(f"  公布 / listed   {plain(listed['day'])}，root {listed['root']}")
    if later:
        kind = AFTERMATHS.get(later["kind"], str(later["kind"]))
        print(plain(f"  后续 / later    {kind}：{later['reason']}"))
    print("  结论：记录完整，结果与规则相符 / intact; the result follows from the rules")
    return INTACT


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m verify",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("record", nargs="+", help="a record's file, or - for the standard input")
    parser.add_argument("--heads", help="the published list of heads of the day")
    parser.add_argument("--aftermath", help="what became of the result later")
    wanted = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a console without Chinese must not stop it
    found = [judge(name, wanted.heads, wanted.aftermath) for name in wanted.record]
    return ALTERED if ALTERED in found else max(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
