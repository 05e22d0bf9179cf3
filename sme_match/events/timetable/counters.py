"""Counting literals by clauses: sorted unary counters, which a clause learner reasons with well.

Source: Bailleux and Boufkhad, Efficient CNF Encoding of Boolean Cardinality Constraints (CP 2003).
"""

from collections.abc import Sequence

from ortools.sat.python import cp_model

Literal = cp_model.LiteralT


def sorted_counter(
    model: cp_model.CpModel, literals: Sequence[cp_model.IntVar], most: int
) -> list[cp_model.IntVar]:
    """Return literals of which the n-th says that at least n of `literals` are true, and no other.

    More than `most` are forbidden.
    """
    if len(literals) <= 1:
        if literals and most == 0:
            model.add_bool_or(literals[0].negated())
        return [*literals][:most]
    middle = len(literals) // 2
    left = sorted_counter(model, literals[:middle], most)
    right = sorted_counter(model, literals[middle:], most)
    outputs = [model.new_bool_var("") for _ in range(min(most, len(left) + len(right)))]
    _merge(model, left, right, outputs, most)
    return outputs


def _merge(
    model: cp_model.CpModel,
    left: Sequence[cp_model.IntVar],
    right: Sequence[cp_model.IntVar],
    outputs: Sequence[cp_model.IntVar],
    most: int,
) -> None:
    not_left = [literal.negated() for literal in left]
    not_right = [literal.negated() for literal in right]
    not_outputs = [literal.negated() for literal in outputs]
    add = model.add_bool_or
    for i in range(len(left) + 1):
        for j in range(len(right) + 1):
            if 0 < i + j <= most:
                lower = ([not_left[i - 1]] if i else []) + ([not_right[j - 1]] if j else [])
                add([*lower, outputs[i + j - 1]])
            elif i + j == most + 1:
                add(([not_left[i - 1]] if i else []) + ([not_right[j - 1]] if j else []))
            if i + j < len(outputs):
                upper = ([left[i]] if i < len(left) else []) + ([right[j]] if j < len(right) else [])
                add([*upper, not_outputs[i + j]])


def at_most(model: cp_model.CpModel, literals: Sequence[cp_model.IntVar], most: int) -> None:
    """Forbid that more than `most` are true, by a sequential counter (Sinz, CP 2005)."""
    if len(literals) <= most:
        return
    if most == 0:
        for literal in literals:
            model.add_bool_or(literal.negated())
        return
    previous: list[cp_model.IntVar] = []
    for literal in literals[:-1]:
        count = [model.new_bool_var("") for _ in range(min(len(previous) + 1, most))]
        model.add_implication(literal, count[0])
        for index, before in enumerate(previous):
            model.add_implication(before, count[index])
            if index + 1 < len(count):
                model.add_bool_or(literal.negated(), before.negated(), count[index + 1])
        if len(previous) == most:
            model.add_bool_or(literal.negated(), previous[-1].negated())
        previous = count
    if len(previous) == most:
        model.add_bool_or(literals[-1].negated(), previous[-1].negated())
