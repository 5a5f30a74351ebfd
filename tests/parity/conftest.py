import os

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", DO_NOT_TRACK="1")
os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"

import pytest
import torch

from engine.bench.measures import merged_model

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """The SFT model as one ordinary folder; ours stands on base and SFT stage apart."""
    return merged_model(tmp_path_factory.mktemp("merged"))
