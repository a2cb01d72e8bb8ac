"""Money: decimals with a currency, rounded here and nowhere else (domain §9).

Amounts are `Decimal`, currencies are ISO 4217 codes in capitals. A float is refused with
TypeError wherever it turns up; not-a-number and infinity with ValueError.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext
from fractions import Fraction
from typing import Final

# Active codes as published for 2026 (ISO 4217, list one), by their number of decimals. Left out
# on purpose: what has no minor unit (gold, special drawing rights, codes for tests) is not money
# to sell for, and CLF and UYW have four decimals, which the money columns (three) cannot hold.
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_TWO_DECIMALS = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD
    CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
    GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD
    LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB
    PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP
    SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW
    ZWG
"""
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
# Withdrawn since 2015. Sales are never edited, so those booked in them must stay readable.
_WITHDRAWN_TWO_DECIMALS = "ANG BGN CUC HRK LTL MRO SLL STD VEF ZWL"
_WITHDRAWN_NO_DECIMALS = "BYR"

MINOR_UNITS: Final[dict[str, int]] = {
    code: decimals
    for codes, decimals in (
        (_NO_DECIMALS, 0),
        (_TWO_DECIMALS, 2),
        (_THREE_DECIMALS, 3),
        (_WITHDRAWN_TWO_DECIMALS, 2),
        (_WITHDRAWN_NO_DECIMALS, 0),
    )
    for code in codes.split()
}

# Far more digits than the columns hold (16), so that nothing is rounded on the way.
_DIGITS = 60


def as_money(value: str | int | Decimal) -> Decimal:
    """The value as an exact decimal; nothing is rounded.

    Raises TypeError for floats, booleans and everything else that is not str, int or Decimal;
    ValueError for text that is no number, and for not-a-number and infinity.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise TypeError(f"Money is a str, int or Decimal, never a {type(value).__name__}.")
    try:
        amount = Decimal(value)
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is not an amount of money.") from error
    if not amount.is_finite():
        raise ValueError(f"{value!r} is not an amount of money.")
    return amount


def minor_units(currency: str) -> int:
    """How many decimals the currency has: 0, 2 or 3. ValueError for a code that is not known."""
    try:
        return MINOR_UNITS[currency]
    except KeyError as error:
        raise ValueError(f"{currency!r} is not a currency code (ISO 4217).") from error


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Half-up to the currency's minor unit; a negative half goes away from zero (domain §6)."""
    return _quantised(amount, currency, ROUND_HALF_UP)


def rounded_down(amount: Decimal, currency: str) -> Decimal:
    """Towards zero to the currency's minor unit: for limits, which rounding must not raise."""
    return _quantised(amount, currency, ROUND_DOWN)


def total(amounts: Iterable[Decimal], currency: str) -> Decimal:
    """The exact sum, rounded once. SQLite sums as floats: sum here, or round its sum here."""
    with localcontext(Context(prec=_DIGITS)):
        return rounded(sum(map(as_money, amounts), Decimal(0)), currency)


def spread(amount: Decimal, over: Sequence[Decimal], currency: str) -> tuple[Decimal, ...]:
    """The rounded amount divided in proportion to the weights; the parts sum to it exactly.

    Each part is cut to whole minor units, then the units left over go one each to the parts that
    lost most by the cut (the earlier first when they lost the same). Weights that already sum to
    the amount come back as they are. Weights may be negative (a discount line), their sum not:
    ValueError unless it is above zero.
    """
    weights = [Fraction(as_money(weight)) for weight in over]
    whole = sum(weights, Fraction(0))
    if whole <= 0:
        raise ValueError("An amount can only be spread over weights that sum to more than zero.")
    unit = _unit(currency)
    units = int(rounded(amount, currency) / unit)
    exact = [units * weight / whole for weight in weights]
    parts = [part.__floor__() for part in exact]
    by_loss = sorted(range(len(parts)), key=lambda index: parts[index] - exact[index])
    for index in by_loss[: units - sum(parts)]:
        parts[index] += 1
    return tuple(part * unit for part in parts)


def shown(amount: Decimal, currency: str) -> str:
    """For people, rounded: "1,600.00 EUR", "1,600 JPY"."""
    return f"{rounded(amount, currency):,f} {currency}"


def shown_exactly(amount: Decimal, currency: str) -> str:
    """For explanations, never rounded: "0.505 EUR"; the usual decimals where they suffice."""
    if amount == rounded(amount, currency):
        return shown(amount, currency)
    return f"{plain(amount, grouped=True)} {currency}"


def worked_out(exact: Decimal, currency: str) -> str:
    """The last step of an explanation: "1,000.00 EUR" or "0.505 EUR, rounded to 0.51 EUR"."""
    words = shown_exactly(exact, currency)
    if exact == rounded(exact, currency):
        return words
    return f"{words}, rounded to {shown(exact, currency)}"


def plain(number: Decimal, *, grouped: bool = False) -> str:
    """The number with no exponent and no trailing zeros: "0.05", "20000"; with commas if grouped.

    One value has one text, however many zeros the database stored with it.
    """
    text = f"{as_money(number):,f}" if grouped else f"{as_money(number):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def percent(rate: Decimal) -> str:
    """A rate (0.015) as people say it: "1.5 %"."""
    return f"{plain(rate * 100)} %"


def _quantised(amount: Decimal, currency: str, rounding: str) -> Decimal:
    exact, unit = as_money(amount), _unit(currency)
    try:
        result = exact.quantize(unit, rounding=rounding, context=Context(prec=_DIGITS))
    except InvalidOperation as error:
        raise ValueError(f"{amount} is too large to be an amount of money.") from error
    return result if result else unit * 0  # no "-0.00"


def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-minor_units(currency))
