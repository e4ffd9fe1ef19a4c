"""Who may sign in to the demo, and which API clients it has."""

from typing import Any

from config.demo import world


def credentials(base_url: str) -> dict[str, Any]:
    """People by role and API clients with their secrets, as `make demo` prints them."""
    known = world.description()
    organizations = {row["key"]: row for row in known["organizations"]}

    def employer(row: dict[str, Any]) -> dict[str, str]:
        if "organization" not in row:
            return {}
        organization = organizations[row["organization"]]
        return {
            "organization": world.credit_code(organization["number"]),
            "organization_name": organization["name"],
        }

    return {
        "base_url": base_url,
        "users": [
            {
                "username": row["username"],
                "password": known["password"],
                "role": row["role"],
                **employer(row),
            }
            for row in known["users"]
        ],
        "clients": [
            {
                "client_id": row["client_id"],
                "client_secret": row["client_secret"],
                "scopes": row["scopes"],
                **employer(row),
            }
            for row in known["clients"]
        ],
    }
