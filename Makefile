# Everything a person types. Needs Python >= 3.11 and make, nothing else: the rest is installed into .venv.
#   make run PORT=9000        another port
#   make run PYTHON=python3.12  another Python
#   make test ARGS="-k pairing"  only some of the Python tests

BOOTSTRAP = exec sh scripts/bootstrap.sh

.DEFAULT_GOAL := help
.PHONY: run serve dev test faults bench screenshots check help clean

run:    ## run Tandem on http://127.0.0.1:8000 (PORT=9000 for another port); Ctrl-C ends it
	@$(BOOTSTRAP) run

serve:  ## the same for production: uvicorn, a process for each core behind one port (PORT=9000 PROCESSES=2)
	@$(BOOTSTRAP) serve

dev:    ## run with debug pages and a reload at every change
	@$(BOOTSTRAP) dev

test:   ## install what tests need and run all of them
	@$(BOOTSTRAP) test $(ARGS)

faults: ## every fault of tests/faults with many seeds, and the table (ARGS="--seeds 20 --write docs/reliability.md")
	@$(BOOTSTRAP) faults $(ARGS)

bench:  ## what a message costs, beside other chats on this machine (ARGS="--rounds 3 --write docs/performance.md"; ARGS=--help)
	@$(BOOTSTRAP) bench $(ARGS)

screenshots:  ## pictures of every page and state, into docs/screenshots/ (ARGS="ar-360" for some)
	@$(BOOTSTRAP) screenshots $(ARGS)

check:  ## lint, format, types, templates, languages, migrations, deployment settings
	@$(BOOTSTRAP) check

help:   ## this list
	@sed -n 's/^\([a-z]*\): *## \(.*\)/make \1  \2/p' Makefile | while read -r make name text; do \
		printf '  make %-11s %s\n' "$$name" "$$text"; done

clean:  ## remove what can be made again; accounts and the secret key in var/ stay
	@rm -rf .venv var/static var/*.stamp var/*.log .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
