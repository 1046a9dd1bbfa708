"""The labeling interface, made from `labels.yaml`, and the project that carries it."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from viborder.errors import counted, fail
from viborder.labels import labels
from viborder.labelstudio.client import Client, ServerLost

LABELS, TEXT, NOTE, VERDICT = "label", "text", "note", "document"  # names of the controls, as results bear them
NOTHING, UNSURE = "nothing", "unsure"
REMARK = "remark"  # a note on the whole document
GUIDELINES = "guidelines"  # the name of a row of links, which no result bears

_CONFIG = """<View>
  <Style>.lsf-htx-richtext, .htx-highlight {{ line-height: 2.1 }}</Style>
  <View style="position: sticky; top: 0; z-index: 5; background: var(--color-neutral-background, #fff); padding: 4px 0">
    <Labels name="label" toName="text" smart="true" allowEmpty="false">
{labels}
    </Labels>
  </View>
{extra}  <Text name="text" value="$text"/>
  <TextArea name="note" toName="text" perRegion="true" editable="true" maxSubmissions="1" placeholder="Ghi chú · Note"/>
  <TextArea name="remark" toName="text" editable="true" maxSubmissions="1" rows="1"
            placeholder="Ghi chú cả bài, rồi Enter · Note on the whole, then Enter"/>
  <Choices name="document" toName="text" choice="multiple" showInline="true">
    <Choice value="nothing" html="Không có gì để đánh dấu · Nothing to mark" hotkey="0"/>
    <Choice value="unsure" html="Chưa chắc chắn · Unsure" hotkey="7"/>
  </Choices>
</View>"""


def config(extra: str = "") -> str:
    """Label Studio's XML for the labels of `labels.yaml`: nested spans, a note on each, a verdict on the document.

    extra: more tags above the text (the adjudication project shows the conflicts there).
    """
    lines = [
        f"      <Label value={quoteattr(label.name)} background={quoteattr(label.colour)} hotkey={quoteattr(label.hotkey)}"
        f" hint={quoteattr(label.description['vi'] + ' · ' + label.description['en'])}/>"
        for label in labels()
    ]
    return _CONFIG.format(labels="\n".join(lines), extra=extra and f"  {extra}\n")


def with_guidelines(xml: str, address: str) -> str:
    """An interface with a row of links under the labels, one to the guidelines and one to each label in them."""
    links = [f"<a href='{address}' target='_blank' rel='noopener'>Hướng dẫn · Guidelines</a>"]
    links += [f"<a href='{address}#{label.name}' target='_blank' rel='noopener'>{label.name}</a>" for label in labels()]
    row = f'<HyperText name="{GUIDELINES}" inline="true" clickableLinks="true" value={quoteattr(" · ".join(links))}/>'
    bare = re.sub(rf'\n *<HyperText name="{GUIDELINES}"[^>]*/>', "", xml)
    return bare.replace("</Labels>", f"</Labels>\n      {row}", 1)


def instruction(address: str = "") -> str:
    """The short guidelines that open with one click beside every task (HTML, Vietnamese and English); a label that they
    do not explain is told by its descriptions.

    address: of the page with the whole guidelines, which the name of every label is then linked to.
    """
    told = files("viborder.labelstudio").joinpath("instruction.html").read_text(encoding="utf-8")
    for label in labels():
        name = f"<b>{label.hotkey} {label.name}</b>"
        if name not in told:
            line = f"{name} {escape(label.description['vi'])} · {escape(label.description['en'])}"
            told = told.replace("</p>", f"<br>\n{line}</p>", 1)
        if address:
            told = told.replace(name, f'<a href="{address}#{label.name}" target="_blank" rel="noopener">{name}</a>', 1)
    if address:
        said = "Hướng dẫn đầy đủ · The whole guidelines"
        told += f'<p><a href="{address}" target="_blank" rel="noopener">{said}</a></p>\n'
    return told


def find_project(client: Client, title: str) -> dict[str, Any] | None:
    """The project with that title, or None. Raises ViborderError `project-twice`."""
    answer = client.ask(client.sdk.projects.list, title=title, page_size=1000)
    found = [project for project in answer["results"] if project["title"] == title]
    if len(found) > 1:
        raise fail(
            client.url, "project-twice", f"{counted(len(found), 'project')} called {title!r}", "rename one of them"
        )
    return found[0] if found else None


def open_project(client: Client, title: str, extra: str = "") -> dict[str, Any]:
    """The project with that title and our interface; labels that are new since it was made may be missing in it.

    Raises ViborderError `project-unknown`, `interface-differs`.
    """
    project = find_project(client, title)
    if project is None:
        raise fail(
            client.url, "project-unknown", f"no project is called {title!r}", "`viborder labelstudio push` makes it"
        )
    missing, foreign = _differences(project["label_config"], config(extra))
    if foreign or any(control[0] != "Label" for control in missing):
        page = f"{client.url}/projects/{project['id']}/settings/labeling"
        said = f"project {title!r} has another labeling interface: {_told('without', missing)}{_told('with', foreign)}"
        raise fail(page, "interface-differs", said, "take another --project, or mend the interface there")
    return project


def ensure_project(client: Client, title: str, extra: str = "") -> dict[str, Any]:
    """The project with that title, made where there is none, and given the labels that are new since then: no region
    is lost by that. Raises as `open_project`.
    """
    if find_project(client, title) is None:
        settings = {
            "title": title,
            "label_config": config(extra),
            "expert_instruction": instruction(),
            "show_instruction": True,
            "sampling": "Sequential sampling",  # the order of import is the order of usefulness
            "show_collab_predictions": True,
            "enable_empty_annotation": True,
            "reveal_preannotations_interactively": False,
        }
        try:
            client.tell(client.sdk.projects.create, **settings)
        except ServerLost:
            client.wait()
            if find_project(client, title) is None:
                raise
    project = open_project(client, title, extra)
    if not same_interface(project["label_config"], config(extra)):
        wanted = config(extra)
        told = instruction()
        linked = re.search(rf'<HyperText name="{GUIDELINES}"[^>]*href=\'([^\'#]+)', project["label_config"])
        if linked:
            wanted, told = with_guidelines(wanted, linked[1]), instruction(linked[1])
        client.ask(client.sdk.projects.update, int(project["id"]), label_config=wanted, expert_instruction=told)
        project = open_project(client, title, extra)
    return project


def same_interface(one: str, other: str) -> bool:
    """Whether two interfaces give results of the same form: the same controls, names, labels and choices, whatever
    their looks.
    """
    return _differences(one, other) == ([], [])


def _differences(there: str, wanted: str) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """(controls that are missing there, controls that are there and not wanted) of two interfaces."""
    try:
        present, ours = Counter(_controls(there)), Counter(_controls(wanted))
    except ElementTree.ParseError:
        return [], [("no XML",)]
    return sorted((ours - present).elements()), sorted((present - ours).elements())


def _told(how: str, controls: list[tuple[str, ...]]) -> str:
    names = [" ".join(filter(None, control)) for control in controls[:5]]
    return f"{how} {', '.join(names)}{' …' if len(controls) > 5 else ''}; " if names else ""


def _controls(xml: str) -> list[tuple[str, ...]]:
    found = []
    for element in ElementTree.fromstring(xml).iter():
        if element.get("name") in (GUIDELINES, REMARK):
            continue  # projects made before there were these are the same interface
        if element.tag in ("Label", "Choice") or "name" in element.attrib:
            found.append((element.tag, *(element.get(key, "") for key in ("name", "toName", "value", "perRegion"))))
    return sorted(found)
