"""Documents as text: what a kept copy says of itself, what it says, and whether a quotation stands in it. No queries.

``apart.read`` is the way in; ``passages.look_up`` and ``drift.compare`` work on the text.
"""
