"""协查: one office asks another, on a case or without one."""
