from . import (
    test_access,
    test_background,
    test_lock,
    test_split_progress_js,
    test_tours,
    test_undo,
)
