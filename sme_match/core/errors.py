"""What a use case may refuse, and why.

DomainError
├── NotFoundError      the record does not exist, or not for this actor (404)
├── NotAllowedError    the actor may see it but may not do this (403)
├── ConflictError      somebody or something was first (409)
│   └── StaleVersionError  the record changed since the form was opened
└── InvalidError       the input breaks a rule of the business (422)
"""


class DomainError(Exception):
    """A refusal in the words of the business.

    `message` is a Japanese message id of the catalogue (see `core.text.mark_text`);
    `values` fill its %(name)s placeholders.
    """

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


class NotFoundError(DomainError):
    """The record does not exist, or not for this actor."""

    def __init__(self, message: str = "見つかりませんでした。", **values: object) -> None:
        super().__init__(message, **values)


class NotAllowedError(DomainError):
    """The actor may not do this."""

    def __init__(self, message: str = "この操作はできません。", **values: object) -> None:
        super().__init__(message, **values)


class ConflictError(DomainError):
    """Somebody or something was first."""


class StaleVersionError(ConflictError):
    """The record changed since the form was opened."""


class InvalidError(DomainError):
    """The input breaks a rule of the business.

    `field` names the form field the message belongs to, when there is one.
    """

    def __init__(self, message: str, *, field: str | None = None, **values: object) -> None:
        super().__init__(message, **values)
        self.field = field
