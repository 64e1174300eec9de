"""Schemas as the libraries make them, in words that every generator of clients knows."""

from __future__ import annotations

from typing import Any, Final

# Of every shape: the stored form of a time, and what else is read as one.
_TIMES: Final = frozenset(
    {
        *("starts_at", "occurred_at", "recorded_at", "created_at", "expires_at"),
        *("server_time", "since"),
    }
)
TIME: Final = {
    "type": "string",
    "format": "date-time",
    "pattern": (
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?"
        "([Zz]|[+-][0-9]{2}:[0-9]{2})$"
    ),
}


def tidy(schema: dict[str, Any]) -> None:
    """Say what the structs mean: what has a default is always sent, and a patch is open."""
    schema["description"] = schema.get("description", "").split("\n\n")[0].strip()
    if not schema["description"]:
        del schema["description"]
    properties = schema.get("properties", {})
    for name, value in properties.items():
        properties[name] = _plain(value)
    always = [name for name, value in properties.items() if value.pop("default", None) is not None]
    if always:
        schema["required"] = [*schema["required"], *always]
    if not schema.get("required"):
        schema.pop("required", None)
    if "patch" in properties:
        properties["patch"] = {"type": "object", "additionalProperties": True}
    for name in _TIMES & properties.keys():
        properties[name] = {**properties[name], **TIME}
    if "event" in properties and "discriminator" in properties["event"]:
        properties["event"] = reference("Event")


def _plain(schema: Any) -> Any:
    """Say the same in words that every generator of clients knows."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _plain(value) for name, value in schema.items()}
    if plain.get("items") is False and plain["maxItems"] == len(plain["prefixItems"]):
        del plain["items"]  # its length says it already
    if len(choice := plain.get("oneOf", ())) == 1:
        del plain["oneOf"]
        plain = choice[0] | plain
    return plain


def plain_parameters(operation: dict[str, Any]) -> None:
    """Let a parameter that may be absent be of one type: in a query, nothing is null."""
    for parameter in operation.get("parameters", ()):
        schema = parameter["schema"]
        choices = [each for each in schema.pop("oneOf", ()) if each != {"type": "null"}]
        for choice in choices:
            schema = choice | schema  # what a door says of it is more than Litestar knows
        parameter["schema"] = schema


def reference(name: str) -> dict[str, str]:
    """Return what stands for a component."""
    return {"$ref": f"#/components/schemas/{name}"}
