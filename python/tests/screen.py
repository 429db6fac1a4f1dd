"""What a terminal or a notebook shows of a text with carriage returns and colours."""

import re


def left_on_screen(text):
    """Lines as they stand when the cursor has gone back and forth, without colours."""
    lines = []
    for line in re.sub(r"\x1b\[[\d;]*m", "", text).split("\n"):
        cells, at = [], 0
        for c in line:
            if c == "\r":
                at = 0
            elif c == "\b":
                at = max(at - 1, 0)
            else:
                cells[at:at + 1] = [c]
                at += 1
        lines.append("".join(cells).rstrip())
    return lines
