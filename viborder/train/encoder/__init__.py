"""Fine-tuned transformer encoders: exact alignment, Trainer, nested heads, ONNX. Needs the extra `train`."""
