"""Which identifiers are genuine or the same, and when a term of office holds. Plain Python."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from core.errors import Refusal


class InvalidCreditCode(Refusal):
    code = "invalid_credit_code"
    message = "{credit_code} is not a valid unified social credit code (GB 32100-2015)."


def check_credit_code(text: str) -> str:
    """The 统一社会信用代码 without blanks, or a refusal (GB 32100-2015, check digit mod 31)."""
    try:
        code = uscc.validate(text)
    except ValidationError as error:
        raise InvalidCreditCode(credit_code=text) from error
    # The standard writes digits and capital letters; a lower-case copy is another string to
    # the unique index.
    if code != text:
        raise InvalidCreditCode(credit_code=text)
    return code


@dataclass(frozen=True, slots=True)
class Term:
    """A term of office: both days included, Shanghai dates."""

    starts_on: date
    ends_on: date

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


_NOBODY = frozenset({"无", "没有", "暂无", "无实际控制人", "不适用", "none", "na", "nil"})
_NO_DIGIT = re.compile(r"[^0-9]")
_NO_LETTER_OR_DIGIT = re.compile(r"[^0-9A-Z]")
_CHINA = re.compile(r"^(?:\+|00)\s*86")
_MOBILE_WITH_CODE = re.compile(r"^86(1[0-9]{10})$")


def same_phone(text: str) -> str:
    """A telephone number as it is compared: its digits without +86 and the trunk's zero.

    Whatever stands between the digits, and how wide they are, makes no other number. Empty if
    there is nothing to compare.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    digits = _NO_DIGIT.sub("", _CHINA.sub("", plain))
    return _MOBILE_WITH_CODE.sub(r"\1", digits).lstrip("0")


def same_account(text: str) -> str:
    """A bank account as it is compared: its digits and capital letters alone."""
    return _NO_LETTER_OR_DIGIT.sub("", unicodedata.normalize("NFKC", text).upper())


def same_name(text: str) -> str:
    """A person's or organization's name as it is compared: without blanks, widths and cases.

    Empty for the words that forms are filled with where there is nobody.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    name = "".join(char for char in plain if char.isalnum())
    return "" if name in _NOBODY else name
