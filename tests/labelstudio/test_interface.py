import re
from itertools import combinations
from urllib.request import urlopen
from xml.etree import ElementTree

from tests.labelstudio.conftest import GOLD
from viborder.labels import Label, labels
from viborder.labelstudio import guidelines
from viborder.labelstudio.interface import config, instruction, same_interface, with_guidelines

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


def test_the_guidelines_are_linked_from_every_label_and_no_path_is_told():
    address = "http://127.0.0.1:8081/guidelines"
    told = instruction(address)
    assert "GUIDELINES.md" not in instruction() + told and "href" not in instruction()
    linked = with_guidelines(with_guidelines(config(), address), address)
    (row,) = list(ElementTree.fromstring(linked).iter("HyperText"))
    for label in labels():
        assert f'"{address}#{label.name}"' in told and f"'{address}#{label.name}'" in row.get("value")
    assert same_interface(config(), linked)
    before = re.sub(r'\n *<TextArea name="remark"[^>]*/>', "", config())  # a project made before there was this field
    assert before != config() and same_interface(config(), before)


def test_instructions_grow_with_the_labels(monkeypatch):
    sixth = Label("VEHICLE", {"vi": "Phương tiện", "en": "A vehicle"}, "#56B4E9", "6")
    monkeypatch.setattr("viborder.labelstudio.interface.labels", lambda: (*labels(), sixth))
    assert "<b>6 VEHICLE</b> Phương tiện · A vehicle" in instruction()


def test_the_page_of_the_guidelines(tmp_path):
    path = tmp_path / "g.md"
    path.write_text(
        "# Tiếng Việt\n\n## PLACE: địa danh\n\n| # | Quy tắc |\n|---|---|\n| P1 | [tỉnh Lạng Sơn] |\n\n# English\n\n"
        "## PLACE: a location\n\n| # | Rule |\n|---|---|\n| P1 | <script>alert(1)</script> |\n",
        encoding="utf-8",
    )
    shown = guidelines.page(path)
    assert re.findall(r'<(?:h1|h2|tr) id="([^"]+)"', shown) == [
        "Tiếng-Việt",
        "PLACE",
        "P1",
        "English",
        "PLACE-2",
        "P1-2",
    ]
    assert "<td>[tỉnh Lạng Sơn]</td>" in shown and "<script>alert" not in shown
    address = guidelines.serve_beside(shown, 0)
    with urlopen(address) as answer:
        assert answer.read().decode() == shown
    again = guidelines.serve_beside(shown, int(address.rsplit(":", 1)[1].split("/")[0]))
    assert again != address  # the port was taken
    whole = guidelines.page(GOLD.parent / "GUIDELINES.md")
    for label in labels():
        assert f'id="{label.name}"' in whole and f'id="{label.name}-2"' in whole


def test_looks_do_not_matter_and_names_do():
    assert same_interface(config(), config().replace("#0072B2", "#000000").replace('hotkey="1"', 'hotkey="q"'))
    assert not same_interface(config(), config().replace('value="DRUG"', 'value="DRUGS"'))
    assert not same_interface(config(), config().replace('name="label"', 'name="labels"'))
    assert not same_interface(config(), config('<Text name="said" value="$said"/>'))
    assert not same_interface(config(), "<View>")
