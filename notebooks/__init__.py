"""The notebooks: `source/NN_name.py` is what people edit, `NN_name.ipynb` is built from it."""
