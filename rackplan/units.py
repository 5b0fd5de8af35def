"""Quantity text to integers and back: the only place where units are crossed.

The site file speaks ``"34.5 kW"``; everything behind it counts in whole base units (watts,
milliamperes, grams, millimetres, litres per second, millilitres per minute, pascals). Capacity
rounds down and demand rounds up, so rounding never makes a plan look safer than it is. Temperatures
stay floats in degrees Celsius: they are compared, never summed. So do rates and the resistance of
conductors, which are multiplied first.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from rackplan.errors import QuantityError

if TYPE_CHECKING:
    import pint

Rounding = Literal["down", "up"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a quantity measures.

    Attributes
    ----------
    name
        The word used in messages ("power").
    unit
        The base unit its integers count, as rackplan prints it ("W").
    pint_unit
        The same unit in pint's spelling.
    examples
        What a user may write, for messages.
    minimum
        Smallest value allowed, in base units.
    maximum
        Largest value allowed, in base units: guards the solver's 64-bit sums.
    whole
        Whether values are integers (False: floats, for temperatures, rates and resistances).
    """

    name: str
    unit: str
    pint_unit: str
    examples: str
    minimum: float = 0
    maximum: float = 1e12
    whole: bool = True

    @property
    def one(self) -> str:
        """The name with its article, for messages ("a power", "an airflow")."""
        return f"{'an' if self.name[0] in 'aeio' else 'a'} {self.name}"


class Quantity(Enum):
    """Every kind of quantity rackplan reads."""

    POWER = Kind("power", "W", "watt", '"34.5 kW", "1.2 MW"', maximum=1e11)
    APPARENT_POWER = Kind("apparent power", "VA", "volt_ampere", '"34.5 kVA"', maximum=1e11)
    CURRENT = Kind("current", "mA", "milliampere", '"63 A"', maximum=1e9)
    VOLTAGE = Kind("voltage", "V", "volt", '"415 V"', minimum=1, maximum=1_000_000)
    LENGTH = Kind("length", "mm", "millimeter", '"600 mm", "1.2 m"', maximum=1e8)
    ELEVATION = Kind("elevation", "m", "meter", '"1600 m", "5280 ft"', minimum=-450, maximum=5500)
    POSITION = Kind("position", "mm", "millimeter", '"-1.2 m"', minimum=-1e8, maximum=1e8)
    AREA = Kind("area", "mm2", "millimeter**2", '"12.5 m2"', maximum=1e13)
    MASS = Kind("mass", "g", "gram", '"107.75 kg"', maximum=1e9)
    FLOOR_LOAD = Kind(
        "floor load", "g/m2", "gram/meter**2", '"1200 kg/m2", "12 kN/m2"', maximum=1e9
    )
    TEMPERATURE = Kind(
        "temperature", "degC", "degree_Celsius", '"24 degC"', minimum=-60, maximum=150, whole=False
    )
    TEMPERATURE_DIFFERENCE = Kind(
        "temperature difference", "K", "kelvin", '"12 K"', maximum=150, whole=False
    )
    AIRFLOW = Kind("airflow", "L/s", "liter/second", '"1105 cfm", "2 m3/s"', maximum=1e9)
    FLOW = Kind("liquid flow", "mL/min", "milliliter/minute", '"110 L/min"', maximum=1e12)
    PRESSURE = Kind("pressure", "Pa", "pascal", '"150 kPa", "2 bar", "29 psi"', maximum=1e9)
    VOLUME = Kind("volume", "mL", "milliliter", '"200 L", "3 m3", "50 gal"', maximum=1e12)
    TIME = Kind("time", "ms", "millisecond", '"450 ms", "2 s"', maximum=1e12)
    BYTES = Kind("memory", "B", "byte", '"96 GB"', maximum=1e15)
    BANDWIDTH = Kind("bandwidth", "B/s", "byte/second", '"4.0 TB/s"', maximum=1e17)
    COMPUTE = Kind("compute", "FLOP/s", "flop/second", '"296 TFLOP/s"', maximum=1e19)
    TOKEN_RATE = Kind("token rate", "tok/s", "token/second", '"50000 tok/s"', whole=False)
    REQUEST_RATE = Kind("request rate", "req/s", "request/second", '"20 req/s"', whole=False)
    IMAGE_RATE = Kind("image rate", "img/s", "image/second", '"40 img/s"', whole=False)
    RESISTANCE_PER_LENGTH = Kind(
        "resistance per length",
        "ohm/km",
        "ohm/kilometer",
        '"1.15 ohm/km"',
        maximum=1e6,
        whole=False,
    )

    @property
    def unit(self) -> str:
        """The base unit, as printed."""
        return self.value.unit


# Digits are 0 to 9 only, and a unit is one word or one word over another ("m3/s"): what pint could
# make of longer expressions is nobody's figure.
_WORD = r"[A-Za-zµ°]{1,24}[23²³]?"
_NUMBER_AND_UNIT = re.compile(
    r"\s*(?P<number>[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?)"
    rf"\s*(?P<unit>{_WORD}(?:\s*/\s*{_WORD})?)?\s*"
)

# pint is given only these units: "5 kW" reads the same everywhere, and nothing exotic slips in.
# A newton is the weight of a mass: structural engineers rate floors in kN and kN/m2.
_DEFINITIONS = """
kilo- = 1e3 = k-
mega- = 1e6 = M-
giga- = 1e9 = G-
tera- = 1e12 = T-
peta- = 1e15 = P-
milli- = 1e-3 = m-
micro- = 1e-6 = µ- = u-
centi- = 1e-2 = c-
kibi- = 1024 = Ki-
mebi- = 1048576 = Mi-
gibi- = 1073741824 = Gi-
tebi- = 1099511627776 = Ti-
meter = [length] = m = metre
second = [time] = s = sec
gram = [mass] = g
ampere = [current] = A = amp
volt = [potential] = V
watt = [power] = W
volt_ampere = [apparent] = VA
ohm = volt / ampere = ohms
kelvin = [temperature]; offset: 0 = K
degree_Celsius = kelvin; offset: 273.15 = degC = celsius
degree_Fahrenheit = 5 / 9 * kelvin; offset: 233.15 + 200 / 9 = degF = fahrenheit
byte = [information] = B
flop = [computation] = FLOP = flops = FLOPS
token = [token] = tok = tokens
request = [request] = req = requests
image = [image] = img = images
minute = 60 * second = min
hour = 3600 * second = h = hr
inch = 0.0254 * meter = in
foot = 0.3048 * meter = ft
pound = 453.59237 * gram = lb = lbs
tonne = 1e6 * gram = t
newton = 101.97162129779 * gram = N
liter = 0.001 * meter ** 3 = L = l = litre
gallon = 0.003785411784 * meter ** 3 = gal
cubic_foot_per_minute = foot ** 3 / minute = cfm = CFM
liter_per_minute = liter / minute = lpm = LPM
gallon_per_minute = gallon / minute = gpm = GPM
pascal = 1000 * gram / meter / second ** 2 = Pa
bar = 1e5 * pascal
pound_per_square_inch = 6894.757293168 * pascal = psi
btu_per_hour = 0.2930710701722 * watt = btuh
ton_of_refrigeration = 3516.8528420667 * watt = TR
"""


@lru_cache(maxsize=1)
def _registry() -> pint.UnitRegistry[float]:
    import pint  # late: 0.3 s that `rackplan --help` need not pay

    registry: pint.UnitRegistry[float] = pint.UnitRegistry(
        None, autoconvert_offset_to_baseunit=True
    )
    for line in filter(None, _DEFINITIONS.splitlines()):
        registry.define(line)
    return registry


def _spell(unit: str) -> str:
    """Rewrite the ways people write units into pint's grammar: m3/s, BTU/h, L/min."""
    spelled = unit.strip().replace("²", "2").replace("³", "3").replace("BTU/h", "btuh")
    spelled = spelled.replace("°", "deg")
    spelled = re.sub(r"(?<=[A-Za-z])([23])\b", r"**\1", spelled)
    return spelled.replace("FLOPS", "FLOP/s") if spelled.endswith("FLOPS") else spelled


@lru_cache(maxsize=8192)
def parse(text: str, quantity: Quantity, rounding: Rounding) -> int | float:
    """Read a quantity text into base units.

    Parameters
    ----------
    text
        A number and a unit, such as ``"34.5 kW"``.
    quantity
        What it must measure.
    rounding
        ``"down"`` for a capacity, ``"up"`` for a demand. Ignored for quantities that stay floats.

    Returns
    -------
    Whole base units (``quantity.unit``), or a float for temperatures, rates and resistances.

    Raises
    ------
    QuantityError
        No unit, a unit of another kind, not a number, or out of range.
    """
    kind = quantity.value
    match = _NUMBER_AND_UNIT.fullmatch(text[:64]) if len(text) <= 64 else None
    if match is None:
        raise QuantityError(f"not {kind.one}: write {kind.examples}")
    unit = match["unit"]
    if unit is None:
        raise QuantityError(f"{kind.one} needs a unit: write {kind.examples}")
    value = _convert(float(match["number"]), unit, kind)
    if not kind.minimum <= value <= kind.maximum:
        bounds = f"{kind.minimum:g} to {kind.maximum:g} {kind.unit}"
        raise QuantityError(f"{kind.name} out of range ({bounds})")
    if not kind.whole:
        return value
    # 34.1 kW is 34100.000000000004 W in floats: drop that noise before rounding for real.
    nearest = round(value)
    if abs(value - nearest) <= max(1e-6, 1e-12 * abs(value)):
        return nearest
    return math.floor(value) if rounding == "down" else math.ceil(value)


def _convert(number: float, unit: str, kind: Kind) -> float:
    import pint

    try:
        source = _registry().Quantity(number, _spell(unit))
        if kind is Quantity.TEMPERATURE_DIFFERENCE.value and unit not in {"K", "kelvin"}:
            # 10 degF of difference is 5.6 K, not an absolute temperature.
            scale = {"degC": 1.0, "degF": 5 / 9}.get(_spell(unit))
            if scale is None:
                raise QuantityError(f"'{unit}' is no {kind.name}: write {kind.examples}")
            return number * scale
        return float(source.to(kind.pint_unit).magnitude)
    except (pint.PintError, pint.errors.DefinitionSyntaxError, AttributeError, TypeError) as error:
        cure = _likely(unit, kind) or f"write {kind.examples}"
        raise QuantityError(f"'{unit}' is no unit of {kind.name}: {cure}") from error
    except (OverflowError, ValueError, ZeroDivisionError) as error:
        raise QuantityError(f"not {kind.one}: write {kind.examples}") from error


_OFTEN_WRITTEN = {"kw": "kW", "mw": "MW", "kva": "kVA", "mva": "MVA", "c": "degC", "f": "degF"}
"""Units as people write them in haste, in lower case."""


def _likely(unit: str, kind: Kind) -> str:
    """The unit that was meant, when it measures the right thing."""
    meant = _OFTEN_WRITTEN.get(unit.lower())
    if meant is None or meant == unit:
        return ""
    fits = _registry().Unit(meant).dimensionality == _registry().Unit(kind.pint_unit).dimensionality
    return f"did you mean '{meant}'?" if fits else ""


_SCALES = {
    Quantity.POWER: ((1_000_000, "MW"), (1_000, "kW"), (1, "W")),
    Quantity.APPARENT_POWER: ((1_000_000, "MVA"), (1_000, "kVA"), (1, "VA")),
    Quantity.CURRENT: ((1_000, "A"),),
    Quantity.LENGTH: ((1_000, "m"), (1, "mm")),
    Quantity.POSITION: ((1_000, "m"),),
    Quantity.AREA: ((1_000_000, "m2"),),
    Quantity.MASS: ((1_000, "kg"),),
    Quantity.FLOOR_LOAD: ((1_000, "kg/m2"),),
    Quantity.AIRFLOW: ((1_000, "m3/s"), (1, "L/s")),
    Quantity.FLOW: ((1_000, "L/min"),),
    Quantity.PRESSURE: ((1_000, "kPa"), (1, "Pa")),
    Quantity.VOLUME: ((1_000_000, "m3"), (1_000, "L")),
    Quantity.TIME: ((1_000, "s"), (1, "ms")),
    Quantity.BYTES: ((10**9, "GB"),),
    Quantity.BANDWIDTH: ((10**12, "TB/s"), (10**9, "GB/s")),
    Quantity.COMPUTE: ((10**12, "TFLOP/s"),),
}


def show(value: float, quantity: Quantity, digits: int = 3) -> str:
    """Write base units for people, in the largest unit that keeps the figure above one.

    >>> show(132_000, Quantity.POWER)
    '132 kW'
    >>> show(10_200, Quantity.POWER)
    '10.2 kW'
    """
    scales = _SCALES.get(quantity, ((1, quantity.unit),))
    scale, unit = next(((s, u) for s, u in scales if abs(value) >= s), scales[-1])
    scaled = value / scale
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(scaled)))) if scaled else 0
    text = f"{scaled:,.{min(decimals, 6)}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} {unit}"
