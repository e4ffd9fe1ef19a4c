"""How docs/openapi.yaml describes what the views share: forms, answers, errors, tokens."""

from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_lib_doc_excludes
from drf_spectacular.utils import OpenApiParameter

from accounts.requests import Command, Create
from accounts.scopes import SCOPES
from core.parsing import NothingForm, StrictForm

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


# allauth's view is not DRF's, so the generator does not see it; errors are RFC 6749's.
TOKEN = {
    "operationId": "oauth_token",
    "description": "Client credentials for an access token (RFC 6749 section 4.4).",
    "tags": ["oauth"],
    "security": [],
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "grant_type": {"const": "client_credentials"},
                        "client_id": {"type": "string"},
                        "client_secret": {"type": "string"},
                        "scope": {"type": "string"},
                    },
                    "required": ["grant_type", "client_id", "client_secret"],
                }
            }
        },
    },
    "responses": {
        "200": {
            "description": "",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "properties": {
                            "access_token": {"type": "string"},
                            "token_type": {"const": "Bearer"},
                            "expires_in": {"type": "integer"},
                            "scope": {"type": "string"},
                        },
                    }
                }
            },
        }
    },
}


def classes_that_describe_themselves_only() -> list[Any]:
    """Parents whose docstring says nothing about the bodies and views made from them."""
    return [*get_lib_doc_excludes(), StrictForm, Create, Command]


class Schema(AutoSchema):
    """Reads form and answer off `Create` and `Command`, and adds the problems."""

    global_params = [
        OpenApiParameter(
            "Accept-Language", str, OpenApiParameter.HEADER, description="zh-Hans (default) or en"
        )
    ]

    def get_override_parameters(self) -> list[Any]:
        parameters: list[Any] = [*super().get_override_parameters(), *self.global_params]
        required = getattr(self.view, "key_required", None)
        if self.method == "POST" and required is not None:
            key = {"type": "string", "format": "uuid"}
            parameters.append(
                OpenApiParameter("Idempotency-Key", key, OpenApiParameter.HEADER, required=required)
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


class BearerTokenScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.authentication.BearerToken"
    name = "clientCredentials"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        scopes = {scope: scope for scope in sorted(SCOPES)}
        flow = {"tokenUrl": "/api/v1/oauth/token", "scopes": scopes}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}


class AmountSchema(OpenApiSerializerFieldExtension):
    target_class = "core.parsing.AmountField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": r"^(0|[1-9][0-9]{0,15})\.[0-9]{2}$",
            "description": "CNY, exactly two decimals",
            "example": "3200000.00",
        }


class InstantSchema(OpenApiSerializerFieldExtension):
    target_class = "core.parsing.InstantField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}


class DaySchema(OpenApiSerializerFieldExtension):
    target_class = "core.parsing.DayField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


class TargetSchema(OpenApiSerializerFieldExtension):
    target_class = "marketplace.serializers.needs.TargetField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        return {"type": "string", "description": "a decimal number", "example": "8000"}


class WholeNumberSchema(OpenApiSerializerFieldExtension):
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
    result["paths"]["/api/v1/oauth/token"] = {"post": TOKEN}
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
