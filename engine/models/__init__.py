"""The tokenizer, the small Llama and its LoRA stages, log-probabilities and sampling: one place each."""
