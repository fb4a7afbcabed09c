"""Images, and which of them a step sees: data sets, packed folders, batches, augmentation."""
