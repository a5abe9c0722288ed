"""Phone numbers as people and programs write them."""

import pytest
from rest_framework.serializers import ValidationError

from project.lib.api.fields import PhoneField

PHONE = "+79991234567"


def read(given: object) -> str:
    return PhoneField().run_validation(given)


@pytest.mark.parametrize(
    "given",
    [
        PHONE,
        "9991234567",
        9991234567,
        89991234567,
        "8 (999) 123-45-67",
        " +7-999.123.45.67 ",
        "(999) 123\u201345\u201167",  # an en dash, and a hyphen that does not break
        "+7\u00a0999\u202f123 45 67",  # blanks that do not break
        "".join(chr(ord(c) + 0xFEE0) for c in PHONE),  # as wide as Chinese letters
        "\u0669\u0669\u0669\u0661\u0662\u0663\u0664\u0665\u0666\u0667",  # Arabic digits
        "+7९९९१२३४५६७",  # those of Hindi
        # What address books put around, and chats between.
        *(
            around + PHONE + around
            for around in "\u202a\u202b\u202c\u202d\u202e\u200e\u200f\u2066\u2067\u2068"
            "\u2069\u200b\u200c\u200d\u2060\ufeff\u00ad\u061c"
        ),
        f"\u202a{PHONE}\u202c",
        f"\u2068 {PHONE} \u2069",
        "\u00ad".join(PHONE),
        "\u200b".join(PHONE),
    ],
)  # fmt: skip
def test_spellings_of_one_number(given):
    assert read(given) == PHONE


@pytest.mark.parametrize(
    "given",
    [
        "999CALLNOW",
        "+7999CALLNOW",
        *(PHONE + extension for extension in (
            " ext 5", " ext. 5", "x5", ";ext=5", " доб. 5", ",,5", "#5", "*5",
        )),
        f"tel:{PHONE}",
        f"{PHONE};phone-context=+7",
        -9991234567,
        "-9991234567",
        "\u22129991234567",
        9991234567.0,
        8999123456.0,  # with the digit after its point it would be a number
        "+",
        "++79991234567",
        "+7+9991234567",
        "7999/1234567",
        "9991234567\n8",
        "\u202a",
        PHONE[:5] + " " * 40 + PHONE[5:],
        "9" * 1000,
        True,
        [PHONE],
    ],
)  # fmt: skip
def test_what_is_no_phone_number(given):
    with pytest.raises(ValidationError):
        read(given)
