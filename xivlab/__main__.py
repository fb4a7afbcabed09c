"""`python -m xivlab`, for launchers such as torchrun that want a module."""

from xivlab.cli import main

if __name__ == "__main__":
    main()
