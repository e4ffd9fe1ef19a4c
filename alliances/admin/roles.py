"""Who works with alliances and their financing at the desk."""

from accounts.desk.roles import DeskRole

OFFICE = frozenset({DeskRole.OFFICE})
STAFF = OFFICE | {DeskRole.OPERATOR}
KEEPERS = OFFICE | {DeskRole.SECRETARIAT}
MEMBERS = frozenset({DeskRole.FINANCIER})
READERS = KEEPERS | MEMBERS
