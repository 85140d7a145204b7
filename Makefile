# `make run` sets up and runs the quickstart recipe; `make test` sets up and runs the tests; `make check` lints.
# PYTHON chooses the interpreter of the virtual environment (>= 3.11); VENV its folder.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" pyproject.toml

.PHONY: run test check lock lock-vllm clean
.DELETE_ON_ERROR:

run: $(VENV)/.runtime
	$(BIN)/writ run recipes/quickstart.yaml

test: $(VENV)/.dev $(VENV)/.servers $(VENV)/.trainers $(VENV)/.vllm
	$(BIN)/python -m pytest -m "not soak" -rs $(PYTEST)

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports

# The locks are universal (any platform, Python >= 3.11) and name no index: pip's own configuration says where from.
lock:
	$(LOCK) --group build -o requirements.txt
	$(LOCK) --group dev -c requirements.txt -o requirements-dev.txt
	$(subst pyproject.toml,tests/servers/requirements.in,$(LOCK)) --no-strip-extras -o tests/servers/requirements.txt
	$(subst pyproject.toml,$(SERVERS)/requirements-trainers.in,$(LOCK)) --override $(SERVERS)/overrides-trainers.txt \
		-o $(SERVERS)/requirements-trainers.txt

# The lock of the CPU build of vLLM is for one platform. Tell uv where torch+cpu is: UV_INDEX or UV_FIND_LINKS. Of what
# vLLM names, the builds for CUDA that pip finds beside it would break it, and Triton is a gigabyte that a CPU never asks.
lock-vllm:
	$(subst --universal,--python-platform x86_64-manylinux_2_28,$(subst "make lock" pyproject.toml,"make lock-vllm",$(LOCK))) \
		$(foreach name,torchvision torchaudio torchcodec triton,--no-emit-package $(name)) \
		$(SERVERS)/requirements-vllm.in -o $(SERVERS)/requirements-vllm.txt

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "WRIT needs Python 3.11 or newer; name one: make run PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "python3 cannot make a virtual environment: on Debian or Ubuntu, apt-get install python3-venv" >&2; exit 2; }

# The stamps' dates say whether an environment is older than its lock. What is in .dev contains what is in .runtime.
$(VENV)/.runtime: requirements.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.runtime

# Servers that tests talk to, each with what it was written for; what cannot be installed is skipped with its reason.
SERVERS := tests/servers
# Node looks at no certificates of the machine's own unless it is told to.
CERTIFICATES := $(wildcard /etc/ssl/certs/ca-certificates.crt)
$(VENV)/.servers: $(SERVERS)/requirements.txt $(SERVERS)/package-lock.json | $(BIN)/python
	$(BIN)/python -m venv $(VENV)/servers
	$(VENV)/servers/bin/python -m pip install --quiet --no-deps --require-hashes -r $(SERVERS)/requirements.txt
	@command -v npm >/dev/null && NODE_EXTRA_CA_CERTS="$${NODE_EXTRA_CA_CERTS:-$(CERTIFICATES)}" \
		npm ci --prefix $(SERVERS) --no-audit --no-fund --loglevel=error || \
		echo "npm is missing or could not install: the tests of MCP servers written for Node will be skipped"
	@touch $@

# Code of trainers that reads exports: TRL's templates, OpenAI's types.
$(VENV)/.trainers: $(SERVERS)/requirements-trainers.txt | $(BIN)/python
	@{ $(BIN)/python -m venv $(VENV)/trainers && \
	$(VENV)/trainers/bin/python -m pip install --quiet --no-deps --require-hashes -r $(SERVERS)/requirements-trainers.txt; } || \
		{ rm -rf $(VENV)/trainers; echo "Trainers' code could not be installed: tests that read exports with it are skipped"; }
	@touch $@

# A real vLLM for tests, with a tiny model of its own; half a minute where the packages lie near, 2.6 GB.
$(VENV)/.vllm: $(SERVERS)/requirements-vllm.txt $(SERVERS)/tiny_model.py | $(BIN)/python
	@$(BIN)/python -c 'import platform as p; raise SystemExit(p.python_version_tuple()[:2] != ("3", "11") \
		or (p.python_implementation(), p.system(), p.machine()) != ("CPython", "Linux", "x86_64"))' && \
	$(BIN)/python -m venv $(VENV)/vllm && \
	$(VENV)/vllm/bin/python -m pip install --quiet --no-deps --require-hashes -r $(SERVERS)/requirements-vllm.txt && \
	$(VENV)/vllm/bin/python $(SERVERS)/tiny_model.py $(VENV)/vllm/tiny || { rm -rf $(VENV)/vllm; \
		echo "vLLM for the CPU could not be installed (it needs CPython 3.11 on Linux x86_64, and torch+cpu from the" \
			"CPU index of PyTorch: name that in PIP_EXTRA_INDEX_URL): tests that ask it will be skipped"; }
	@touch $@
