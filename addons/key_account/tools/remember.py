"""What a batch has found out, kept with the transaction while the batch runs."""

from contextlib import contextmanager


@contextmanager
def remember(env, key, value):
    """Have `recall` return ``value`` inside the block. Unlike in the context, nobody can
    send it along with a request."""
    cache = env.cr.cache
    outer = cache.get(key)
    cache[key] = value
    try:
        yield value
    finally:
        cache[key] = outer


def recall(env, key):
    """Return what is remembered, None outside of a block."""
    return env.cr.cache.get(key)
