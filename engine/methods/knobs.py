"""Knobs and metrics that several families of methods share."""

from engine.methods.row import HyperParameter


def common(learning_rate: float, epochs: int, batch: int = 16, weight_decay: float = 0.0) -> tuple[HyperParameter, ...]:
    return (
        HyperParameter("learning_rate", learning_rate, 1e-7, 1.0),
        HyperParameter("num_train_epochs", epochs, 1, 1000),
        HyperParameter("per_device_train_batch_size", batch, 1, 512),
        HyperParameter("weight_decay", weight_decay, 0.0, 1.0),
        HyperParameter("max_grad_norm", 1.0, 0.0, 1000.0),
        HyperParameter("lora_r", 8, 1, 64),
        HyperParameter("lora_alpha", 16, 1, 256),
        HyperParameter("sample_steps", 10, 1, 10000),
        HyperParameter("save_steps", 20, 1, 10000),
    )


PREFERENCE_METRICS = (
    "loss",
    "rewards/margins",
    "objective/kl",
    "rewards/accuracies",
    "logps/chosen",
    "logps/rejected",
    "rewards/chosen",
    "rewards/rejected",
    "eval_rewards/accuracies",
    "grad_norm",
    "learning_rate",
)


def without(*names: str) -> tuple[str, ...]:
    return tuple(name for name in PREFERENCE_METRICS if name not in names)


BETA = HyperParameter("beta", 1.0, 1e-4, 1000.0)


def knobs(rows: tuple[HyperParameter, ...], *names: str) -> tuple[HyperParameter, ...]:
    """Those that a run of several arms leaves to the learner; the others are the methods' own."""
    return tuple(row for row in rows if row.name in names)


def of_arms(arms: tuple[str, ...], *metrics: str) -> tuple[str, ...]:
    return tuple(f"{arm}/{metric}" for metric in metrics for arm in arms)
