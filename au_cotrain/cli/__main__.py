"""``python -m au_cotrain.cli`` is ``au-cotrain``."""

from au_cotrain.cli import main

if __name__ == "__main__":
    main()
