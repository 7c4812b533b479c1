import numpy as np


def tidy(text: str) -> str:
    return str(np.char.strip(text))
