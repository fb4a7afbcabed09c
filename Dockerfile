# The kit in a container, for who cannot or will not install it: README.md, "Without make".
#
#     docker build --tag xivlab .
#     docker run --rm --publish 127.0.0.1:8888:8888 xivlab
#
# Not built yet: there was no container engine where it was written. The second prints the address to open. PyTorch is the one without CUDA, unless --build-arg TORCH_INDEX= names another.
FROM python:3.12-slim
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN useradd --create-home --uid 1000 reader
USER reader
WORKDIR /home/reader/xivlab
COPY --chown=reader . .
RUN python -m studykit install --torch-index "$TORCH_INDEX"
# The images of both worlds, so that the first notebook does not begin by making them.
RUN .venv/bin/python -m studykit fill
EXPOSE 8888
CMD ["python", "-m", "studykit", "lab", "--ip=0.0.0.0", "--no-browser"]
