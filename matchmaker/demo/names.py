"""Names by country and gender, drawn from Faker once and then reused."""

from collections.abc import Iterable
from functools import cache
from random import Random
from typing import NamedTuple

from faker import Faker

from matchmaker.models import Gender

FALLBACK_LOCALE = "en_US"
# Only locales for which Faker knows names by gender. The other countries, Pakistan and
# the Philippines the largest of them, get English names.
_COUNTRIES = {
    "ar_AA": "AE BH EG IQ JO KW LB LY OM PS QA SA SD SY YE",
    "az_AZ": "AZ",
    "bn_BD": "BD",
    "cs_CZ": "CZ",
    "da_DK": "DK",
    "de_AT": "AT",
    "de_CH": "CH",
    "de_DE": "DE",
    "el_GR": "CY GR",
    "en_GB": "AU GB IE NZ",
    "en_IN": "IN",
    "en_KE": "KE",
    "es_AR": "AR PY UY",
    "es_CL": "CL",
    "es_CO": "BO CO EC PE VE",
    "es_ES": "ES",
    "es_MX": "CR CU DO GT HN MX NI PA PR SV",
    "et_EE": "EE",
    "fa_IR": "AF IR",
    "fi_FI": "FI",
    "fr_BE": "BE",
    "fr_DZ": "DZ MA TN",
    "fr_FR": "BF BJ CD CG CI CM FR GA GN HT MG ML RE SN TG",
    "he_IL": "IL",
    "hr_HR": "BA HR ME RS",
    "hu_HU": "HU",
    "hy_AM": "AM",
    "id_ID": "ID MY",
    "it_IT": "IT",
    "ja_JP": "JP",
    "ka_GE": "GE",
    "ko_KR": "KP KR",
    "lv_LV": "LV",
    "mk_MK": "BG MK",
    "nl_NL": "NL",
    "no_NO": "NO",
    "pl_PL": "PL",
    "pt_BR": "BR",
    "pt_PT": "AO MZ PT",
    "ro_RO": "MD RO",
    "ru_RU": "BY KG KZ RU",
    "sk_SK": "SK",
    "sl_SI": "SI",
    "sv_SE": "SE",
    "sw": "TZ UG",
    "th_TH": "TH",
    "tr_TR": "TR",
    "tw_GH": "GH",
    "uk_UA": "UA",
    "uz_UZ": "UZ",
    "vi_VN": "VN",
    "yo_NG": "NG",
    "zh_CN": "CN",
    "zh_TW": "HK MO TW",
    "zu_ZA": "ZA",
}
LOCALES = {
    country: locale
    for locale, countries in _COUNTRIES.items()
    for country in countries.split()
}
DRAWS = 400
# Titles, initials and variants that Faker's lists contain.
_ODD = frozenset(".,()")


class Pool(NamedTuple):
    """Names of one gender; frequent names occur several times."""

    first: list[str]
    last: list[str]


def name_for(country: str, gender: Gender, rng: Random) -> tuple[str, str]:
    """Return a first and a last name for the ISO code of a country."""
    pool = _pools(LOCALES.get(country, FALLBACK_LOCALE))[gender]
    return rng.choice(pool.first), rng.choice(pool.last)


@cache
def _pools(locale: str) -> dict[Gender, Pool]:
    """Return the name pools of a locale, which depend only on Faker's version."""
    fake = Faker(locale, providers=["faker.providers.person"])
    fake.seed_instance(0)
    men = [fake.first_name_male() for _ in range(DRAWS)]
    women = [fake.first_name_female() for _ in range(DRAWS)]
    either = {*men} & {*women}
    return {
        Gender.MALE: Pool(
            _plain(name for name in men if name not in either),
            _plain(fake.last_name_male() for _ in range(DRAWS)),
        ),
        Gender.FEMALE: Pool(
            _plain(name for name in women if name not in either),
            _plain(fake.last_name_female() for _ in range(DRAWS)),
        ),
    }


def _plain(names: Iterable[str]) -> list[str]:
    return [name.strip() for name in names if _ODD.isdisjoint(name)]
