LOCK = -q --universal --generate-hashes --no-header --no-annotate pyproject.toml

.PHONY: run manage test screenshots lint lock bench bench-streams bench-chat faults faults-chat fuzz attack timing messages postman qgis geopandas vector-tile typescript-client

run: ## The service on http://127.0.0.1:8000, from nothing
	@exec bash compose/local/run.sh

manage: ## A command of manage.py, while make run runs; ARGS=createsuperuser makes an admin
	@exec bash compose/local/manage.sh $(ARGS)

test: ## The whole test suite; ARGS="-k avatar" narrows it
	@exec bash compose/local/test.sh python -m pytest -n 2 --dist loadscope $(ARGS)

screenshots: ## The two pictures of the README, of what make run runs (BASE_URL)
	@exec bash -c '. compose/local/common.sh; exec "$$VENV/bin/python" -m tests.screenshots'

lint:
	@exec bash compose/local/lint.sh

bench: ## The speed table of the README, on MEMBERS members
	@INSTANCE_NAME=bench NEEDS_WRK=1 SHARED_BUFFERS=1GB exec bash compose/local/test.sh python -m tests.bench $(ARGS)

bench-streams: ## Stream all of MEMBERS members, and measure memory
	@INSTANCE_NAME=bench SHARED_BUFFERS=1GB exec bash compose/local/test.sh python -m tests.bench.streams $(ARGS)

bench-chat: ## How much the chat holds; ARGS="--sockets 1000" is shorter
	@INSTANCE_NAME=bench-chat OWN_SERVERS=1 exec bash compose/local/test.sh python -m tests.bench_chat $(ARGS)

faults-chat: ## Kill Daphne, Redis and PostgreSQL while members talk: nothing may be lost
	@INSTANCE_NAME=faults-chat OWN_SERVERS=1 exec bash compose/local/test.sh python -m tests.bench_chat --only faults $(ARGS)

faults: ## Hang, fill, flood and kill each part while members write; ARGS="--seconds 5" is shorter
	@INSTANCE_NAME=faults OWN_SERVERS=1 exec bash compose/local/test.sh python -m tests.faults $(ARGS)

fuzz: ## Random requests, of which none may be a 5xx: schemathesis, then our own; ARGS="--requests 5000" is shorter
	@INSTANCE_NAME=fuzz FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-500} exec bash compose/local/test.sh python -m pytest -n 2 -q tests/live/test_fuzz.py
	@INSTANCE_NAME=fuzz-own OWN_SERVERS=1 exec bash compose/local/test.sh python -m tests.fuzz $(ARGS)

attack: ## Look for members with every attack of the literature; ARGS="--url http://…" for a service that runs
	@INSTANCE_NAME=attack exec bash compose/local/test.sh python -m tests.attack $(ARGS)

timing: ## Whether times tell whose an e-mail is; ARGS="--one-round --rounds 1000" looks closer
	@INSTANCE_NAME=timing exec bash compose/local/test.sh python -m tests.attack.timing $(ARGS)

postman: ## The Postman collection against BASE_URL (make run's), by newman; ARGS="--bail"
	@exec bash compose/local/postman.sh $(ARGS)

qgis: ## QGIS (apt installs about 1 GB) reads and draws BASE_URL's collections, make run's by default
	@NEEDS_QGIS=1 exec bash compose/local/map_programs.sh qgis_reads /usr/bin/python3

geopandas: ## GeoPandas (pip installs 300 MB into .local/geopandas) reads BASE_URL's collections
	@exec bash compose/local/map_programs.sh geopandas_reads

vector-tile: ## @mapbox/vector-tile (npm installs it into .local) reads BASE_URL's tiles, and adds up their counts
	@exec bash compose/local/map_programs.sh vector_tile_reads

typescript-client: ## A TypeScript client of BASE_URL's schema, checked by tsc --strict
	@exec bash compose/local/typescript_client.sh $(ARGS)

lock: ## Pin pyproject.toml's dependencies with hashes
	uv pip compile $(LOCK) --all-extras -o compose/requirements/extras.txt
	uv pip compile $(LOCK) -c compose/requirements/extras.txt \
	  -o compose/requirements/base.txt
	uv pip compile $(LOCK) -c compose/requirements/base.txt --group dev --group run \
	  -o compose/requirements/dev.txt

messages: ## Collect and compile the translations (needs gettext)
	@exec bash compose/local/messages.sh
