"""Which identifiers are genuine, and when a term of office holds. Plain Python."""

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
