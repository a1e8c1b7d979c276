# HallPulse. `make help` lists what can be made.
SHELL := /bin/bash
.DEFAULT_GOAL := help

OUT         := .build
# As what is built: tests then share what the compiler has made.
export GOFLAGS := $(shell go env GOFLAGS) -trimpath
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
WEB_SOURCES := $(shell find web-kiosk -path web-kiosk/node_modules -prune -o -path web-kiosk/dist -prune -o -type f -print)
# Packages with end-to-end tests: all their tests run there alone.
E2E          = $(sort $(patsubst %/,%,$(dir $(shell grep -rlw --include='*_test.go' --exclude-dir=node_modules '^//go:build.*e2e' .))))
VERSION     := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: demo
demo: ## build everything and run three halls with simulated devices; Ctrl-C ends all of it
	@scripts/deps demo
	@$(MAKE) --no-print-directory build
	@if scripts/deps boards; then $(MAKE) --no-print-directory firmware; else rm -rf $(OUT)/pad; fi
	@go build -o $(OUT)/demo ./scripts/demo && exec $(OUT)/demo

.PHONY: test
test: ## everything: checks, unit tests, end-to-end tests with the shipped binaries and a real browser
	@scripts/deps test
	@$(MAKE) --no-print-directory check build firmware
	go test -p 4 -parallel 4 -timeout 20m -skip 'Codecs?InC' $$(go list ./... | grep -vxF "$$(go list -tags e2e $(E2E))")
	cd web-kiosk && npm test
	@$(MAKE) --no-print-directory -j 2 --output-sync=line e2e-programs e2e-screens
	go test -count=1 -v -run 'Codecs?InC' ./firmware-protocol/pad # prints what was compared
	go test -tags e2e -count=1 -v -run RealFirmware ./scripts/e2e # prints the counts of each fault
	go test -tags e2e -count=1 -timeout 18m -v ./scripts/daysim # alone: its day keeps both cores busy

# The end-to-end tests in two halves beside each other: whole programs, and screens.
.PHONY: e2e-programs e2e-screens
e2e-programs:
	go test -tags e2e -count=1 -parallel 2 -timeout 18m -skip RealFirmware ./scripts/e2e
e2e-screens:
	go test -tags e2e -p 1 -count=1 -timeout 18m $(filter-out ./scripts/daysim ./scripts/e2e,$(E2E))

.PHONY: check
check: web-kiosk/node_modules ## import rules, vet, staticcheck, eslint, vue-tsc, formatting
	@test -z "$$(gofmt -l agent hub firmware-protocol web-kiosk/*.go configs scripts)" || { echo "not formatted:"; gofmt -l agent hub firmware-protocol web-kiosk/*.go configs scripts; exit 1; }
	go vet -tags e2e ./...
	go test ./scripts/archtest
	go run $(STATICCHECK) -tags e2e ./...
	cd web-kiosk && npm run lint && npm run check

.PHONY: build
build: web ## hall-agent and hall-hub into .build/
	go build -ldflags "-s -w -X main.version=$(VERSION)" -o $(OUT)/ ./agent/cmd/hall-agent ./hub/cmd/hall-hub

.PHONY: firmware
firmware: ## the reference pad's firmware and the emulated board that runs it into .build/pad/
	@$(MAKE) --no-print-directory -C firmware-protocol/firmware OUT=$(CURDIR)/$(OUT)/pad

.PHONY: flash
flash: ## the reference pad's firmware onto the Arduino Nano at PORT (/dev/ttyUSB0), BAUD 57600 or 115200
	@$(MAKE) --no-print-directory -C firmware-protocol/firmware OUT=$(CURDIR)/$(OUT)/pad flash

.PHONY: web
web: web-kiosk/dist/.built ## the pages into web-kiosk/dist

web-kiosk/node_modules: web-kiosk/package.json web-kiosk/package-lock.json
	cd web-kiosk && npm ci --no-audit --no-fund
	@touch $@

web-kiosk/dist/.built: web-kiosk/node_modules $(WEB_SOURCES)
	cd web-kiosk && npm run build
	@touch $@

.PHONY: daysim
daysim: ## a day of 1,500 people in a hall of 40 windows, in two orders of the windows, proved and printed; DAYSIM=-help says more
	go run ./scripts/daysim -compare configs/examples/hall-city-reordered.yaml $(DAYSIM)

.PHONY: bench
bench: build ## speed, each figure beside the physical limit measured in the same run
	go run ./scripts/bench

.PHONY: fuzz
fuzz: ## every decoder, FUZZTIME (20s) each
	scripts/fuzz

.PHONY: codecs
codecs: ## the pad codecs in C and in Go compared on CODEC_INPUTS (10,000,000) pieces of streams
	go test -count=1 -timeout 0 -v -run CodecsInCAndGoAgree ./firmware-protocol/pad -codec-inputs=$(or $(CODEC_INPUTS),10000000) -codec-seed=$(or $(CODEC_SEED),1)

.PHONY: vulncheck
vulncheck: ## known vulnerabilities of what we build on (asks a database on the network)
	go run $(GOVULNCHECK) ./...

.PHONY: clean
clean: ## remove what was built, and the demo's data
	rm -rf $(OUT) .demo web-kiosk/node_modules web-kiosk/dist/assets web-kiosk/dist/*.html web-kiosk/dist/.built
