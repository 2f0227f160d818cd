# The commands of this repository. `make` alone explains them.
.DEFAULT_GOAL := help
.PHONY: help demo test bench fuzz format lint proto protos clean

SOURCES := Package.swift Shared Services Tests deploy
# Generated code is checked by regenerating it, not by its looks.
SWIFT_FILES = git ls-files --cached --others --exclude-standard -- $(SOURCES) | grep '\.swift$$' | grep -v '/Generated/'

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## Install what is missing, build, and run the whole main job on this machine
	@deploy/setup build
	swift build -c release
	.build/release/weir demo

test: ## Install what is missing, check format and generated code, build, and run all tests
	@deploy/setup test
	@$(MAKE) --no-print-directory lint
	@if [ -x proto/generate ]; then proto/generate --check; fi
	swift build --build-tests
	swift test --skip-build --disable-xctest

bench: ## Measure Weir against its peers, in release; writes .build/bench.json
	@deploy/setup bench
	swift build -c release
	.build/release/weir-bench

# Overridden on the command line: make fuzz SECONDS=600
SECONDS = 20
FUZZ_TARGETS = framing gzip metadata status message json canonical-json evidence credentials csv json-lines words

fuzz: ## Look for inputs that break a parser, SECONDS=20 for each; what is found is kept in .build/fuzz
	@deploy/setup build
	WEIR_FUZZ=1 swift build -c release --product weir-fuzz --sanitize fuzzer -Xswiftc -enable-testing --scratch-path .build/fuzz
	@for target in $(FUZZ_TARGETS); do \
	  mkdir -p .build/fuzz/corpus/$$target; \
	  WEIR_FUZZ_TARGET=$$target .build/fuzz/release/weir-fuzz -max_total_time=$(SECONDS) -print_final_stats=0 -verbosity=0 \
	    -artifact_prefix=.build/fuzz/$$target- .build/fuzz/corpus/$$target Tests/Fuzz/Corpus/$$target || exit 1; \
	  echo "$$target: nothing found"; \
	done

format: ## Format the Swift sources in place
	@$(SWIFT_FILES) | xargs swift format format --in-place --parallel

lint: ## Check the format of the Swift sources
	@$(SWIFT_FILES) | xargs swift format lint --strict --parallel

proto: ## Regenerate the code that comes from proto/
	@deploy/setup build
	proto/generate

protos: ## Pack the protos and their descriptor set for integrators into .build/weir-protos.tar.gz
	@deploy/setup build
	@proto/archive

clean: ## Remove what was built
	rm -rf .build .venv
