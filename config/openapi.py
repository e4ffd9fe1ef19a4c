"""How docs/openapi.yaml describes what the views share: forms, answers, errors, tokens."""

from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from accounts.requests import Command, Create
from accounts.scopes import SCOPES
from core.parsing import NothingForm

PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details; the facts of a refusal stand beside these fields.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("field", "code", "detail")},
            },
        },
    },
    "required": ["type", "title", "status", "code", "detail", "request_id"],
}


class Schema(AutoSchema):
    """Reads form and answer off `Create` and `Command`, and adds the problems."""

    global_params = [
        OpenApiParameter(
            "Accept-Language", str, OpenApiParameter.HEADER, description="zh-Hans (default) or en"
        )
    ]

    def get_override_parameters(self) -> list[Any]:
        parameters: list[Any] = [*super().get_override_parameters(), *self.global_params]
        if self.method == "POST" and isinstance(self.view, Create):
            parameters.append(
                OpenApiParameter(
                    "Idempotency-Key",
                    {"type": "string", "format": "uuid"},
                    OpenApiParameter.HEADER,
                    required=self.view.key_required,
                )
            )
        return parameters

    def get_request_serializer(self) -> Any:
        if self.method == "POST" and isinstance(self.view, Create | Command):
            return None if self.view.form_class is NothingForm else self.view.form_class
        return super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        if self.method == "POST" and isinstance(self.view, Create):
            return {201: self.view.view_class}
        if self.method == "POST" and isinstance(self.view, Command):
            return {200: self.view.view_class}
        return super().get_response_serializers()


class BearerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.authentication.BearerToken"
    name = "clientCredentials"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        scopes = {scope: scope for scope in sorted(SCOPES)}
        flow = {"tokenUrl": "/api/v1/oauth/token", "scopes": scopes}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}


class AmountSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "core.parsing.AmountField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": r"^(0|[1-9][0-9]{0,15})\.[0-9]{2}$",
            "description": "CNY, exactly two decimals",
            "example": "3200000.00",
        }


class InstantSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "core.parsing.InstantField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


class WholeNumberSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "core.parsing.WholeNumberField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.target.lowest, "maximum": self.target.highest}


def describe_conventions(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the error every operation may answer with, and mend what drf-spectacular writes.

    OpenAPI 3.1 has no `nullable`; it still stands at `next` and `previous`.
    """
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = PROBLEM
    answer = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for path in result["paths"].values():
        for operation in path.values():
            operation["responses"]["default"] = {
                "description": "Every error, as problem details.",
                "content": {"application/problem+json": answer},
            }
    for schema in schemas.values():
        for name in ("next", "previous"):
            link = schema.get("properties", {}).get(name)
            if link and link.pop("nullable", False):
                link["type"] = ["string", "null"]
    return result
