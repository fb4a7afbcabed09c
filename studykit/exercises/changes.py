"""Small changes of a solution: each operator, constant, axis, comparison and name of it changed in turn.

They serve twice. An attempt that answers as a changed solution does, in every case, is told the change: `max` in the
place of `min`. And the tests try that no changed solution passes as right.
"""

import ast
import inspect
import textwrap
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

OPERATORS: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.Sub),
    ast.Mod: (ast.Mult, ast.FloorDiv),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
}
COMPARISONS: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.Gt, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
SIGNS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%", ast.FloorDiv: "//", ast.Pow: "**",
    ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Eq: "==", ast.NotEq: "!=", ast.And: "and", ast.Or: "or", ast.Invert: "~", ast.USub: "-", ast.Not: "not",
}  # fmt: skip
OPPOSITES = {
    "min": ("max",), "argmin": ("argmax",), "amin": ("amax",), "minimum": ("maximum",), "idxmax": ("idxmin",),
    "max": ("min",), "argmax": ("argmin",), "amax": ("amin",), "maximum": ("minimum",), "idxmin": ("idxmax",),
    "sum": ("mean",), "mean": ("sum", "max"), "clamp_min": ("clamp_max",),
}  # fmt: skip

EDGES = [
    f"`{one}` in the place of `{other}`"
    for one, other in (("<", "<="), ("<=", "<"), (">", ">="), (">=", ">"))
]

Place = Callable[[ast.AST], ast.AST]  # what stands in the place of a node


@dataclass(frozen=True)
class Change:
    """A solution with one thing changed.

    Attributes:
        line: the first of its lines that is another one.
        words: what was changed, "`max` in the place of `min`"; empty if there is no short word for it.
        on_edge: only what is exactly on an edge can tell the two apart, as `<` and `<=`.
        function: the changed solution.
    """

    line: str
    words: str
    on_edge: bool
    function: Callable


def changes(function: Callable) -> Iterator[Change]:
    """All changes of a function that give another text, one after another."""
    source = textwrap.dedent(inspect.getsource(function))
    before = ast.unparse(ast.parse(source))
    arguments = list(inspect.signature(function).parameters)
    seen = {before}
    nodes = enumerate(_nodes(ast.parse(source)))
    for place, node in sorted(
        nodes, key=lambda one: isinstance(one[1], ast.Constant)
    ):  # an axis has words, a 1 none
        for words, put in _of_node(node, arguments):
            tree = ast.parse(source)
            old = _nodes(tree)[place]
            new = put(old)
            after = ast.unparse(ast.fix_missing_locations(_Replace(old, new).visit(tree)))
            if after not in seen:
                seen.add(after)
                line = next((one for one in after.splitlines() if one not in before.splitlines()), "")
                yield Change(line.strip(), words, words in EDGES, _compiled(after, function))


def _nodes(tree: ast.Module) -> list[ast.AST]:
    return [node for node in ast.walk(tree.body[0]) if not isinstance(node, ast.arguments | ast.arg)]


def _compiled(text: str, function: Callable) -> Callable:
    """A function of another text, which sees the names that the first one sees."""
    names = dict(function.__globals__)
    with warnings.catch_warnings():  # of code like 1[0], which is wrong, as it should be
        warnings.simplefilter("ignore")
        exec(compile(text, "<changed solution>", "exec"), names)  # noqa: S102 (the text is ours)
    return names[function.__name__]


class _Replace(ast.NodeTransformer):
    """One node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else super().generic_visit(node)


def _of_node(node: ast.AST, arguments: list[str]) -> Iterator[tuple[str, Place]]:
    """The changes of one node: in words, and as a function from its copy to what stands there instead."""
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.UnaryOp | ast.Compare):
        yield from _of_operator(node)
    elif isinstance(node, ast.Constant):
        yield from _of_constant(node)
    elif isinstance(node, ast.Name) and node.id in arguments and isinstance(node.ctx, ast.Load):
        for name in arguments:
            yield f"`{name}` in the place of `{node.id}`", lambda one, name=name: ast.Name(name, ast.Load())
    elif isinstance(node, ast.Name | ast.Attribute):
        key = "attr" if isinstance(node, ast.Attribute) else "id"
        for name in OPPOSITES.get(getattr(node, key), ()):
            words = f"`{name}` in the place of `{getattr(node, key)}`"
            yield words, lambda one, name=name: _with(one, **{key: name})
    elif isinstance(node, ast.Call):
        yield from _of_call(node)
    else:
        yield from _of_statement(node)


def _of_operator(node: ast.BinOp | ast.BoolOp | ast.UnaryOp | ast.Compare) -> Iterator[tuple[str, Place]]:
    if isinstance(node, ast.BinOp):
        sign = SIGNS[type(node.op)]
        before = (
            f" before `{ast.unparse(node.right)}`" if isinstance(node.right, ast.Name | ast.Constant) else ""
        )
        for other in OPERATORS.get(type(node.op), ()):
            words = f"`{SIGNS[other]}` in the place of `{sign}`{before}"
            yield words, lambda one, other=other: _with(one, op=other())
        yield _without(sign, node.right), lambda one: one.left
        yield _without(sign, node.left, after=True), lambda one: one.right
    elif isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        words = f"`{SIGNS[other]}` in the place of `{SIGNS[type(node.op)]}`"
        yield words, lambda one: _with(one, op=other())
        for place in range(len(node.values)):
            yield "", lambda one, place=place: one.values[place]
    elif isinstance(node, ast.UnaryOp):
        yield f"a `{SIGNS[type(node.op)]}` too few", lambda one: one.operand
    else:
        sign = SIGNS[type(node.ops[0])]
        for other in COMPARISONS.get(type(node.ops[0]), ()):
            words = f"`{SIGNS[other]}` in the place of `{sign}`"
            yield words, lambda one, other=other: _with(one, ops=[other()])


def _of_constant(node: ast.Constant) -> Iterator[tuple[str, Place]]:
    if isinstance(node.value, str):
        yield "", lambda one: ast.Constant("another")
    elif type(node.value) in (int, float):
        for value in (node.value + 1, node.value - 1, -node.value, 2 * node.value):
            yield "", lambda one, value=value: ast.Constant(value)


def _of_call(node: ast.Call) -> Iterator[tuple[str, Place]]:
    name = ast.unparse(node.func).rpartition(".")[2]
    words = f"a `{name}` too few"
    if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) not in (
        "np",
        "np.linalg",
        "torch",
    ):
        yield words, lambda one: one.func.value
    else:
        for place in range(len(node.args)):
            yield words, lambda one, place=place: one.args[place]
    for place, keyword in enumerate(node.keywords):
        words = f"no `{keyword.arg}={ast.unparse(keyword.value)}`"
        yield (
            words,
            lambda one, place=place: _with(one, keywords=one.keywords[:place] + one.keywords[place + 1 :]),
        )
        if (
            keyword.arg == "axis"
            and isinstance(keyword.value, ast.Constant)
            and keyword.value.value in (0, 1)
        ):
            axis = 1 - keyword.value.value
            words = f"axis {axis} in the place of axis {1 - axis}"
            yield words, lambda one, place=place, axis=axis: _with_axis(one, place, axis)
    if name == "len":
        for sign in (ast.Sub, ast.Add):
            words = f"a length that is 1 too {'small' if sign is ast.Sub else 'large'}"
            yield words, lambda one, sign=sign: ast.BinOp(one, sign(), ast.Constant(1))


def _of_statement(node: ast.AST) -> Iterator[tuple[str, Place]]:
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield "", lambda one: one.value
    elif isinstance(node, ast.Slice):
        for end in ("lower", "upper"):
            if getattr(node, end) is not None:
                yield "", lambda one, end=end: _with(one, **{end: None})
    elif isinstance(node, ast.If | ast.IfExp):
        for truth in (True, False):
            yield "", lambda one, truth=truth: _with(one, test=ast.Constant(truth))
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        yield "", lambda one: _with(one, value=ast.Tuple(one.value.elts[::-1], ast.Load()))
    elif isinstance(node, ast.Assign):
        yield "", lambda one: ast.Pass()


def _without(sign: str, operand: ast.expr, *, after: bool = False) -> str:
    """Words for an operand that is left out, if it is a name or a number."""
    if not isinstance(operand, ast.Name | ast.Constant):
        return ""
    text = ast.unparse(operand)
    return f"`{text} {sign}` left out" if after else f"`{sign} {text}` left out"


def _with_axis(call: ast.Call, place: int, axis: int) -> ast.Call:
    call.keywords[place].value = ast.Constant(axis)
    return call


def _with(node: ast.AST, **fields: object) -> ast.AST:
    for name, value in fields.items():
        setattr(node, name, value)
    return node
