"""Run folders as far as a table of generators or measures reads them, without a training."""

from toy import dataset

from xivlab.config import preset
from xivlab.methods import build_model
from xivlab.runs.weights import save_weights
from xivlab.scale import Scale


class ToyScale(Scale):
    def load(self, name=None, trial=None):
        return dataset()


def pretend(run, config, seed):
    """A run folder as far as this table reads it."""
    run.begin(config, dataset())
    model = build_model(preset("demo", method="baseline+x", weights=None, x_init_seed=seed), 3)
    run.write("model.safetensors", lambda path: save_weights(model, path))
    run.write("embeddings.npz", lambda path: path.write_bytes(b""))
    return model.generator
