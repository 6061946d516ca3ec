# Everything sets itself up: make and Python 3.11 or newer are enough.
#   make run     a demo server on loopback, its data in ./data
#   make test    the whole suite: style, types, layers, tests
#   make lock    pin the versions of all libraries anew
#   make docs    print the generated pages anew
#   make bench   all benchmarks (minutes); benchmarks/README.md says what they mean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
WORKERS ?= 3
PACKAGES := schemas store ews eas mailflow entrepot conformance tests

.PHONY: run test style types layers unit lock docs bench wheel clean

run: $(READY)
	$(BIN)/python -m entrepot demo --folder data --https-port 8443 $(ARGS)

test: style types layers unit

style: $(READY)
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/pyright

layers: $(READY)
	$(BIN)/lint-imports

unit: $(READY)
	$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

$(READY): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Entrepot needs Python 3.11 or newer; name one: make PYTHON=python3.12" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	touch $@

lock:
	rm -rf build/lock
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check '.[test]'
	build/lock/bin/python -m pip freeze --exclude entrepot > build/requirements.lock
	{ echo "# Pinned by 'make lock'."; cat build/requirements.lock; } > requirements.lock
	rm -rf build/lock

docs: $(READY)
	$(BIN)/python -m entrepot settings --markdown > docs/settings.md
	$(BIN)/python -m entrepot operations --into README.md

bench: $(READY)
	$(BIN)/python -m benchmarks.all $(ARGS)

wheel: $(READY)
	$(BIN)/python -m build --wheel --no-isolation

clean:
	rm -rf $(VENV) build dist
