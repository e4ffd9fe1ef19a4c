"""The scopes a partner system's token may carry; a person's session carries all of them."""

SCOPES = frozenset(
    f"{area}:{verb}"
    for area, verbs in {
        "needs": ("read", "write"),
        "achievements": ("read", "write"),
        "lots": ("read", "operate"),
        "bids": ("write",),
        "deals": ("read", "write"),
        "enclaves": ("read", "write"),
        "alliances": ("read", "write"),
        "webhooks": ("write",),
        "statistics": ("read",),
    }.items()
    for verb in verbs
)
