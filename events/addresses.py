"""An organization's address as one line."""

# A postcode and an address of several lines. Empty ones, and commas at the ends of
# lines, leave no stray comma.
_LINE = r"""btrim(regexp_replace(
    concat_ws(', ', NULLIF({postcode}, ''), NULLIF({address}, '')),
    '[[:space:],]*[\n\v\f\r\u0085\u2028\u2029][[:space:],]*', ', ', 'g'
), ' ,')"""


def full_address_sql(alias: str) -> str:
    """Return SQL of the address of the organization with this alias."""
    return _LINE.format(postcode=f"{alias}.postcode", address=f"{alias}.address")
