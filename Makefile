.DEFAULT_GOAL := help
.PHONY: help run test fmt lint bench bench-forum bench-operator generate web clean

help: ## show what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

run: web ## build and start the platform on http://localhost:8080 (ARGS="..." adds to `folkmoot serve`)
	cargo run --locked -p folkmoot -- serve $(ARGS)

test: ## set up what the tests need and run all of them
	@scripts/test.sh

fmt: ## format the Rust and the web sources
	cargo fmt --all
	scripts/npm-ci.sh services/web
	npm --prefix services/web run format

lint: ## check formatting and lints
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	scripts/npm-ci.sh services/web
	npm --prefix services/web run lint

bench: ## measure chat against its peers (ARGS="--quick" for three minutes)
	scripts/bench.sh $(ARGS)

bench-forum: ## measure threads, comments, search and feeds on a large data set (ARGS="--comments 10000" for less)
	scripts/bench-forum.sh $(ARGS)

bench-operator: ## measure the operator: 200 forums at once, then none
	scripts/bench-operator.sh

generate: ## write what is made from the code: openapi/, the web client's types, the CRD, roles, reference pages, forums' objects
	UPDATE=1 cargo test --locked -p folkmoot-crds --test it
	UPDATE=1 cargo test --locked -p folkmoot-operator --test docs
	UPDATE=1 cargo test --locked -p folkmoot-tests --test it -- openapi
	INSTA_UPDATE=always cargo test --locked -p folkmoot-operator --lib -- golden
	scripts/npm-ci.sh services/web
	npm --prefix services/web run generate

web: ## build the web application, if its sources have changed
	scripts/build-web.sh

clean: ## remove what was built
	cargo clean
	rm -rf services/web/dist services/web/node_modules tests/browser/node_modules .cache
