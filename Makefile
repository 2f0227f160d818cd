# The commands of this repository. `make` alone explains them.
.DEFAULT_GOAL := help
.PHONY: help demo test authorizer faults obligations floor test-asan test-tsan sanitized bench fuzz corpus format lint proto protos clean

SOURCES := Package.swift Shared Services Tests deploy
# Generated code is checked by regenerating it, not by its looks.
SWIFT_FILES = git ls-files --cached --others --exclude-standard -- $(SOURCES) | grep '\.swift$$' | grep -v '/Generated/'

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Calls into the Swift runtime are direct then, which an RPC is cheaper by an eighth for; nor need Swift be installed where it runs.
RELEASE = swift build -c release --static-swift-stdlib

demo: ## Install what is missing, build, and run the whole main job on this machine
	@deploy/setup build
	$(RELEASE)
	.build/release/weir demo

test: ## Install what is missing, check format and generated code, build, and run all tests
	@deploy/setup test
	@$(MAKE) --no-print-directory lint
	@if [ -x proto/generate ]; then proto/generate --check; fi
	swift build --build-tests
	swift test --skip-build --disable-xctest $(WIDTH)

# So many tests at a time: with all of them at once each step waits so long for its turn that limits in the tests pass.
WIDTH = --experimental-maximum-parallelization-width 16

# One after another, each in a process of its own: what a sanitizer keeps grows with what has run. Overridden on the command
# line: make test-tsan SUITES=RPCTests
SUITES = $(shell grep -o '"[A-Za-z]*Tests"' Package.swift | tr -d '"' | sort -u)

test-asan: ## Run all tests with AddressSanitizer and LeakSanitizer, in .build/address
	@$(MAKE) --no-print-directory sanitized SANITIZER=address

test-tsan: ## Run all tests with ThreadSanitizer, in .build/thread
	@$(MAKE) --no-print-directory sanitized SANITIZER=thread

# A process writes what it finds to a file of its own, whoever started it: none may be left.
REPORTS = $(CURDIR)/.build/$(SANITIZER)/reports
SANITIZER_OPTIONS = log_path=$(REPORTS)/report:suppressions=$(CURDIR)/Tests/Sanitizers

sanitized:
	@deploy/setup test
	WEIR_SANITIZE=$(SANITIZER) nice swift build --build-tests --sanitize $(SANITIZER) --scratch-path .build/$(SANITIZER)
	@rm -rf $(REPORTS) && mkdir -p $(REPORTS)
	@for suite in $(SUITES); do \
	  echo "$$suite"; \
	  WEIR_SANITIZE=$(SANITIZER) WEIR_TEST_PATIENCE=10 \
	  TSAN_OPTIONS=$(SANITIZER_OPTIONS)/thread.supp:second_deadlock_stack=1 \
	  ASAN_OPTIONS=log_path=$(REPORTS)/report LSAN_OPTIONS=$(SANITIZER_OPTIONS)/leak.supp:print_suppressions=0 \
	  swift test --skip-build --disable-xctest --sanitize $(SANITIZER) --scratch-path .build/$(SANITIZER) \
	    --filter "^$$suite\." --experimental-maximum-parallelization-width 8 || failed="$$failed $$suite"; \
	done; \
	if [ -n "$$(ls $(REPORTS))" ]; then head -n 40 $(REPORTS)/*; exit 1; fi; \
	if [ -n "$$failed" ]; then echo "$(SANITIZER): failed:$$failed"; exit 1; fi
	@echo "$(SANITIZER): nothing found"

OBLIGATIONS = swift build --product weir-obligations --quiet && .build/debug/weir-obligations

# Overridden on the command line: make authorizer CASES=10000000
CASES = 1000000

authorizer: ## Hold the authorizer to its reference on CASES random cases; prints its seed
	@deploy/setup test
	swift build --build-tests
	WEIR_TEST_CASES=$(CASES) swift test --skip-build --disable-xctest --filter AuthorizationTests

faults: ## Fail each system call of the services' durable work once in turn, each position; hours
	@deploy/setup test
	swift build --build-tests
	WEIR_FAULTS=all swift test --skip-build --disable-xctest --filter "FaultTests"

obligations: ## Print which obligations of the regulations the tests show; writes .build/obligations.json
	@deploy/setup build
	@$(OBLIGATIONS)

floor: ## Commit to the obligations that the tests show now: below that many, the tests fail
	@deploy/setup build
	@$(OBLIGATIONS) --raise

bench: ## Measure Weir against its peers, in release; writes .build/bench.json
	@deploy/setup bench
	$(RELEASE)
	.build/release/weir-bench

# Overridden on the command line: make fuzz SECONDS=600
SECONDS = 20
FUZZ_TARGETS = framing gzip metadata status message json canonical-json evidence credentials csv json-lines words

FUZZ = .build/fuzz/release/weir-fuzz
BUILD_FUZZ = WEIR_FUZZ=1 swift build -c release --product weir-fuzz --sanitize fuzzer -Xswiftc -enable-testing --scratch-path .build/fuzz

# Swift's own report of a crash would come before libFuzzer keeps the input.
fuzz: ## Look for inputs that break a parser, SECONDS=20 for each; what is found is kept in .build/fuzz
	@deploy/setup build
	$(BUILD_FUZZ)
	@for target in $(FUZZ_TARGETS); do \
	  mkdir -p .build/fuzz/corpus/$$target; \
	  SWIFT_BACKTRACE=enable=no WEIR_FUZZ_TARGET=$$target $(FUZZ) -max_total_time=$(SECONDS) -print_final_stats=0 -verbosity=0 \
	    -artifact_prefix=.build/fuzz/$$target- .build/fuzz/corpus/$$target Tests/Fuzz/Corpus/$$target || exit 1; \
	  echo "$$target: nothing found"; \
	done

corpus: ## Add to the corpora of the fuzz targets what real calls, and earlier runs of make fuzz, reach beyond them
	@deploy/setup test
	swift build --build-tests
	@rm -rf .build/capture
	WEIR_CAPTURE=$(CURDIR)/.build/capture swift test --skip-build --disable-xctest --filter CaptureTests
	WEIR_CAPTURE=$(CURDIR)/.build/capture swift test --skip-build --disable-xctest --filter SeedTests
	$(BUILD_FUZZ)
	@for target in $(FUZZ_TARGETS); do \
	  mkdir -p .build/fuzz/corpus/$$target Tests/Fuzz/Corpus/$$target; \
	  WEIR_FUZZ_TARGET=$$target $(FUZZ) -merge=1 -verbosity=0 Tests/Fuzz/Corpus/$$target \
	    .build/capture/seeds/$$target .build/fuzz/corpus/$$target || exit 1; \
	done
	@du -sh Tests/Fuzz/Corpus

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
