"""Take Chinese addresses apart: 广东省深圳市南山区科技园路1号 is a province, a city and
what stands on the street line. Provinces come from the caller (Odoo's own data)."""

import re
from dataclasses import dataclass

KINDS = ("特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市")
# Cities that are provinces.
MUNICIPALITIES = ("北京", "天津", "上海", "重庆", "香港", "澳门")
# The shortest that ends like a city, a league or a prefecture.
CITY = re.compile(r"(?:[\u4e00-\u9fff]{2,12}?)(?:自治州|地区|盟|市(?!场|民|政|区))")
DISTRICT = re.compile(r"[\u4e00-\u9fff]{1,8}?(?:新区|区|县)")
# 北京路 is a street in many a city, 海南藏族自治州 lies in another province than 海南.
STREET = re.compile(
    r"藏族|[东西南北中]?[一二三四五六七八九十]?(?:路|街|道|大道|大街|巷|里|弄|号)"
)
# Places between a province and its county-level cities.
FILLER = re.compile(r"^(?:省直辖县级行政区划|自治区直辖县级行政区划|市辖区|县)(?=.)")


@dataclass(frozen=True)
class ChineseAddress:
    """:param state: the caller's key of the province, or None"""

    state: object
    city: str
    street: str


def index_provinces(names):
    """Return ``[(name, key, whether short)]`` for `parse_address`, full names first.

    :param names: ``{name of the province: key}``
    """
    full = [(name, key, False) for name, key in names.items()]
    short = []
    for name, key in names.items():
        stem = strip_kind(name)
        if stem != name and len(stem) > 1:
            short.append((stem, key, True))
    return full + short


def strip_kind(name):
    """Return a province's name without what it is: 广东省 is 广东."""
    for kind in KINDS:
        if name.endswith(kind) and len(name) > len(kind) + 1:
            return name[: -len(kind)]
    return name


def parse_address(state, city, street, provinces):
    """Return the `ChineseAddress` of three texts, each of which may be empty or hold
    what belongs to those before it, too.

    :param provinces: see `index_provinces`
    """
    key = None
    if state:
        key, rest = _split_state(state, provinces, is_state_column=True)
        city = city or rest if key is not None else city
    if city:
        found, rest = _split_state(city, provinces, is_state_column=True)
        if found is not None and (rest or _is_municipality(found, provinces)):
            if key is None:
                key = found
            city = rest or city
        city, district = _split_city(city)
        if district and not street.startswith(district):
            street = district + street
    found, rest = _split_state(street, provinces, is_state_column=False)
    if found is not None and found == (key if key is not None else found):
        key, street = found, rest
    return _finish(key, city, street, provinces)


def _finish(key, city, street, provinces):
    if not city and _is_municipality(key, provinces):
        city = _get_name(key, provinces)
    street = FILLER.sub("", street)
    if not city and key is not None:
        match = CITY.match(street)
        if match:
            city = match[0]
    if not city:
        match = CITY.match(street)
        if match and len(street) > len(match[0]):
            city = match[0]
    if city and street.startswith(f"{city}市") and not city.endswith("市"):
        city = f"{city}市"
    if city and street.startswith(city) and len(street) > len(city):
        street = FILLER.sub("", street[len(city) :])
    return ChineseAddress(key, city, street)


def _split_state(text, provinces, is_state_column):
    """Return ``(key of the province that the text begins with, rest)``."""
    for name, key, is_short in provinces:
        if not text.startswith(name):
            continue
        rest = text[len(name) :]
        if not is_short or (not rest and is_state_column):
            return key, rest
        if rest.startswith(("省", "市")):
            full = _get_name(key, provinces)
            # 吉林市 is a city of the province of that name.
            return key, text if full.endswith("省") and rest[0] == "市" else rest[1:]
        # A short name counts where a city or a district follows, not in 北京路1号.
        ahead = DISTRICT if _is_municipality(key, provinces) else CITY
        if not STREET.match(rest) and ahead.match(rest):
            return key, rest
    return None, text


def _split_city(text):
    match = CITY.match(text)
    if match and len(match[0]) < len(text):
        return match[0], text[len(match[0]) :]
    return text, ""


def _get_name(key, provinces):
    return next(name for name, found, short in provinces if found == key and not short)


def _is_municipality(key, provinces):
    return key is not None and _get_name(key, provinces).startswith(MUNICIPALITIES)
