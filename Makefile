# make run    the main job on the five articles: check, build, cross-validate, train, score, write the report
# make test   every test, the real Label Studio server among them
# Both set up what they need first, in .venv (the server in .venv-labelstudio, see `make labelstudio`), and do nothing twice.

PYTHON ?= $(firstword $(shell for p in python3 python3.13 python3.12 python3.11; do command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p; done))
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
SETTINGS := pyproject.toml constraints.txt

.PHONY: run test labelstudio results model clean

run: .venv/run
	@$(BIN)/viborder check
	@$(BIN)/viborder build --out build/dataset
	@$(BIN)/viborder crossval train/crf.yaml --out build/crossval
	@$(BIN)/viborder train train/crf.yaml --out build/models/crf
	@$(BIN)/viborder score annotations/gold.jsonl build/crossval/predictions.jsonl --mode seqeval-strict
	@$(BIN)/viborder score annotations/gold.jsonl build/crossval/predictions.jsonl --flat --train annotations/gold.jsonl \
		--report build/report.html --note "Development score: lexicons and grammar were written and mended with these five articles in view."
	@$(BIN)/viborder tag build/models/crf corpus/synthetic/blind.jsonl -o build/registers.jsonl
	@echo "Made-up texts of all registers, half of them of five that nothing is trained on; nobody reads the errors in them:"
	@$(BIN)/viborder score corpus/synthetic/blind.jsonl build/registers.jsonl

test: .venv/test labelstudio
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile

labelstudio: | .venv/run
	@$(BIN)/viborder labelstudio up --prepare

results: .venv/run
	$(BIN)/python -m viborder.eval.show.results

model: .venv/run
	$(BIN)/python -m viborder.train.forms.learn
	$(BIN)/python -m viborder.shipped.make
	$(BIN)/python -m viborder.shipped.picture

clean:
	rm -rf .venv .venv-labelstudio build

.venv/run: $(SETTINGS) | .venv
	$(PIP) -e .
	@touch $@

.venv/test: $(SETTINGS) | .venv
	$(PIP) -e .[dev,train,onnx]
	$(BIN)/viborder labelstudio up --prepare
	@touch $@ .venv/run

.venv:
	@test -n "$(PYTHON)" || { echo "viborder needs Python 3.11 or later; install it, or say where it is: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) lacks venv; on Debian: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
