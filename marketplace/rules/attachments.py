"""Which files a need or an achievement may carry: a few kinds, bounded in size and number.

Plain Python. What a file is, its first bytes say, not its name nor what the sender calls it. A
document with macros is none of these.
"""

import re
import zipfile
from http import HTTPStatus
from io import BytesIO
from pathlib import PurePosixPath

from core.errors import Refusal
from marketplace.lifecycle import AchievementState

MOST_ATTACHMENTS = 10
LARGEST_BYTES = 8 * 1024 * 1024
_BY_OWNER = frozenset({AchievementState.DRAFT, AchievementState.RETURNED})
_UNDER_REVIEW = frozenset(
    {AchievementState.SUBMITTED, AchievementState.RETURNED, AchievementState.APPROVED}
)
_ON_THE_LIST = frozenset(
    {AchievementState.PUBLISHED, AchievementState.RESERVED, AchievementState.UNLISTED}
)
_LONGEST_NAME = 120
# A name is shown, and offered to be saved under: no path, no mark of direction, no control.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_MAIN_PARTS = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    **_OFFICE,
}
_BEGINS = {
    ".pdf": b"%PDF-",
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    **dict.fromkeys(_OFFICE, b"PK\x03\x04"),
}


class AttachmentKindRefused(Refusal):
    code = "attachment_kind_refused"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    message = "An attachment is a PDF, PNG, JPEG, DOCX or XLSX file without macros."


class AttachmentNameRefused(Refusal):
    code = "attachment_name_refused"
    message = "A file has a name of at most {most} characters, without a path."


class AttachmentTooLarge(Refusal):
    code = "attachment_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    message = "An attachment has at most {most} bytes, and at least one."


class TooManyAttachments(Refusal):
    code = "too_many_attachments"
    message = "A need or an achievement has at most {most} attachments."


def check_attachment(name: str, content: bytes) -> str:
    """The media type of a file that may be kept, or a refusal."""
    if not name.strip() or len(name) > _LONGEST_NAME or _UNSAFE.search(name):
        raise AttachmentNameRefused(most=_LONGEST_NAME)
    if not 0 < len(content) <= LARGEST_BYTES:
        raise AttachmentTooLarge(most=LARGEST_BYTES)
    ending = PurePosixPath(name).suffix.lower()
    if ending not in MEDIA_TYPES or not content.startswith(_BEGINS[ending]):
        raise AttachmentKindRefused
    if ending in _OFFICE and not _is_plain_document(content, _MAIN_PARTS[ending]):
        raise AttachmentKindRefused
    return MEDIA_TYPES[ending]


def check_number(kept: int) -> None:
    """Refuse one more attachment than a thing may have."""
    if kept >= MOST_ATTACHMENTS:
        raise TooManyAttachments(most=MOST_ATTACHMENTS)


def may_add(state: AchievementState, *, by_staff: bool) -> bool:
    """The owner adds to its draft; staff what came on paper, also while it is on the list."""
    return state in (_UNDER_REVIEW | _ON_THE_LIST if by_staff else _BY_OWNER)


def may_remove(state: AchievementState, *, by_staff: bool) -> bool:
    """As for adding, but what buyers could read stays."""
    return state in (_UNDER_REVIEW if by_staff else _BY_OWNER)


def _is_plain_document(content: bytes, main_part: str) -> bool:
    """Only the list of its parts is read: nothing is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as parts:
            names = parts.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    has_macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    return main_part in names and "[Content_Types].xml" in names and not has_macros
