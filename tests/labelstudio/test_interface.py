from itertools import combinations
from xml.etree import ElementTree

from viborder.labels import labels
from viborder.labelstudio.interface import config, instruction, same_interface

# Viénot, Brettel and Mollon (1999): linear RGB as a dichromat sees it.
DICHROMATS = {
    "protan": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deutan": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}
PAINT = 0.3  # the strength with which Label Studio paints a highlight


def linear(colour):
    values = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values]


def luminance(rgb):
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), rgb, strict=True))


def lab(rgb):
    x, y, z = (
        sum(weight * value for weight, value in zip(row, rgb, strict=True))
        for row in ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    )
    fx, fy, fz = (
        t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116
        for t in (max(x, 0) / 0.95047, max(y, 0), max(z, 0) / 1.08883)
    )
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def test_the_interface_is_made_of_the_labels():
    root = ElementTree.fromstring(config())
    assert [tag.get("value") for tag in root.iter("Label")] == [label.name for label in labels()]
    hotkeys = [tag.get("hotkey") for tag in root.iter() if tag.get("hotkey")]
    assert len(hotkeys) == len(set(hotkeys)) == len(labels()) + 2
    assert [tag.get("value") for tag in root.iter("Choice")] == ["nothing", "unsure"]
    for label in labels():
        assert label.name in instruction()


def test_text_on_every_highlight_can_be_read():
    for label in labels():
        painted = [1 - PAINT + PAINT * value for value in linear(label.colour)]
        contrast = (luminance(painted) + 0.05) / 0.05  # black text; WCAG 2 asks for 4.5, and 7 for its highest level
        assert contrast > 7, label.name


def test_colour_blind_readers_tell_the_labels_apart():
    for matrix in DICHROMATS.values():
        seen = {
            label.name: lab(
                [sum(weight * value for weight, value in zip(row, linear(label.colour), strict=True)) for row in matrix]
            )
            for label in labels()
        }
        for one, other in combinations(seen, 2):
            distance = sum((a - b) ** 2 for a, b in zip(seen[one], seen[other], strict=True)) ** 0.5
            assert distance > 8, (one, other)  # CIE76: 2.3 is just noticeable


def test_looks_do_not_matter_and_names_do():
    assert same_interface(config(), config().replace("#0072B2", "#000000").replace('hotkey="1"', 'hotkey="q"'))
    assert not same_interface(config(), config().replace('value="DRUG"', 'value="DRUGS"'))
    assert not same_interface(config(), config().replace('name="label"', 'name="labels"'))
    assert not same_interface(config(), config('<Text name="said" value="$said"/>'))
    assert not same_interface(config(), "<View>")
