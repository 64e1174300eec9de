"""The OpenAPI document: what every door takes and answers."""
