"""An organization's address as one line."""

from typing import Any

from django.db.models import F, Func, TextField

# A postcode and an address of several lines. Empty ones, and commas at the ends of
# lines, leave no stray comma.
_LINE = r"""btrim(regexp_replace(
    concat_ws(', ', NULLIF({postcode}, ''), NULLIF({address}, '')),
    '[[:space:],]*[\n\v\f\r\u0085\u2028\u2029][[:space:],]*', ', ', 'g'
), ' ,')"""


def full_address_sql(alias: str) -> str:
    """Return SQL of the address of the organization with this alias."""
    return _LINE.format(postcode=f"{alias}.postcode", address=f"{alias}.address")


class FullAddress(Func):
    """The same address as an expression; `path` leads to the organization."""

    output_field = TextField()

    def __init__(self, path: str, **extra: Any) -> None:
        super().__init__(F(f"{path}__postcode"), F(f"{path}__address"), **extra)

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> Any:
        postcode, address = (compiler.compile(e) for e in self.source_expressions)
        sql = _LINE.format(postcode=postcode[0], address=address[0])
        return sql, [*postcode[1], *address[1]]
