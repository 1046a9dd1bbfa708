"""The card of a model: what the Hub reads, how to use it, and what it may not be used for."""

import json
from pathlib import Path

import yaml
from huggingface_hub import ModelCard

from viborder.formats import jsonl
from viborder.publish.model import model_contents
from viborder.train import train


def test_a_crf_folder_has_a_card_that_the_hub_can_read(tmp_path: Path) -> None:
    train(
        Path("train/crf.yaml"),
        jsonl.read(Path("annotations/gold.jsonl"))[:2],
        tmp_path / "m",
        overrides=["iterations=2"],
    )
    card = ModelCard.load(tmp_path / "m/README.md")
    described = json.loads((tmp_path / "m/model.json").read_text(encoding="utf-8"))
    assert card.data.license == "apache-2.0" and card.data.pipeline_tag == "token-classification"
    assert card.data.metrics == ["precision", "recall", "f1"] and card.data.eval_results is None
    assert described["version"] in card.text and "2 documents" in card.text
    assert "No Vietnamese" not in card.text and "no Vietnamese-speaking annotator" in card.text
    assert "must be checked by a person" in card.text.replace("\n", " ")


def test_on_the_hub_it_names_its_data_and_the_scores_of_its_recipe_only(tmp_path: Path) -> None:
    documents = jsonl.read(Path("annotations/gold.jsonl"))[:2]
    for name, overrides in (("default", []), ("other", ["iterations=2"])):
        train(Path("train/crf.yaml"), documents, tmp_path / name, overrides=overrides)
    lines = [json.loads(line) for line in Path("eval/results.jsonl").read_text(encoding="utf-8").splitlines()]
    expected = [
        line["value"]
        for line in lines
        if (line["system"], line["metric"]) == ("lexicon + CRF", "strict_f1") and line["task"].endswith("; all spans")
    ]
    for name, values in (("default", expected), ("other", [])):
        contents, _, _ = model_contents(tmp_path / name, "someone/model", ["someone/viborder"])
        text = contents["README.md"].decode()
        head = yaml.safe_load(text.split("---")[1])
        assert head["datasets"] == ["someone/viborder"] and "--model someone/model" in text
        measured = head.get("model-index", [{"results": []}])[0]["results"]
        assert [result["metrics"][0]["value"] for result in measured] == values
        (tmp_path / "card.md").write_text(text, encoding="utf-8")
        read = ModelCard.load(tmp_path / "card.md").data.eval_results or []  # the Hub's own reader takes it
        assert {one.source_url for one in read} <= {"https://huggingface.co/someone/model"}
        assert len({one.dataset_name for one in read}) == len(values)
