from schemas.world import Tables


def generate(seed: int, size: int) -> Tables:
    raise NotImplementedError
