"""Wrong functions made of a right one: each operator, constant, axis, comparison and name of it changed in turn."""

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator

OPERATORS: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.Sub),
    ast.Mod: (ast.Mult, ast.FloorDiv),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
COMPARISONS: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.Gt, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
OPPOSITES = {
    "min": "max", "argmin": "argmax", "amin": "amax", "minimum": "maximum", "sum": "mean",
    "clamp_min": "clamp_max", "idxmax": "idxmin", "floor": "ceil",
}  # fmt: skip
OPPOSITES |= {other: one for one, other in OPPOSITES.items()}


def mutants(function: Callable) -> Iterator[tuple[str, Callable]]:
    """Each change of a function as a line "what: the changed code", and the changed function."""
    source = textwrap.dedent(inspect.getsource(function))
    tree = ast.parse(source)
    before = ast.unparse(tree)
    seen = {before}
    nodes = [node for node in ast.walk(tree.body[0]) if not isinstance(node, ast.arguments | ast.arg)]
    arguments = [one.arg for one in tree.body[0].args.args]
    for place, node in enumerate(nodes):
        for what, change in _changes(node, arguments):
            changed = ast.parse(source)
            same = [one for one in ast.walk(changed.body[0]) if not isinstance(one, ast.arguments | ast.arg)][
                place
            ]
            new = change(same)
            if new is not same:
                changed = _Replace(same, new).visit(changed)
            text = ast.unparse(ast.fix_missing_locations(changed))
            if text not in seen:
                seen.add(text)
                yield _line(what, before, text), compiled(text, function)


def compiled(text: str, function: Callable) -> Callable:
    """A function of another source, with the names that the first one sees."""
    names = dict(function.__globals__)
    exec(compile(text, "<mutant>", "exec"), names)  # noqa: S102 (of our own solution)
    return names[next(one.name for one in ast.parse(text).body if isinstance(one, ast.FunctionDef))]


class _Replace(ast.NodeTransformer):
    """One node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else super().generic_visit(node)


def _changes(node: ast.AST, arguments: list[str]) -> Iterator[tuple[str, Callable[[ast.AST], ast.AST]]]:
    """The changes of one node: a word for it, and a function from its copy to what stands there instead."""
    if isinstance(node, ast.BinOp):
        for other in OPERATORS.get(type(node.op), ()):
            yield "operator", lambda one, other=other: _with(one, op=other())
        yield "left out", lambda one: one.left
        yield "left out", lambda one: one.right
    elif isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield "operator", lambda one: _with(one, op=other())
        for place in range(len(node.values)):
            yield "left out", lambda one, place=place: one.values[place]
    elif isinstance(node, ast.UnaryOp):
        yield "left out", lambda one: one.operand
    elif isinstance(node, ast.Compare):
        for other in COMPARISONS.get(type(node.ops[0]), ()):
            yield "comparison", lambda one, other=other: _with(one, ops=[other()])
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        for value in (node.value + 1, node.value - 1, -node.value, 2 * node.value):
            yield "constant", lambda one, value=value: ast.Constant(value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield "constant", lambda one: ast.Constant("another")
    elif isinstance(node, ast.Name) and node.id in arguments and isinstance(node.ctx, ast.Load):
        for name in arguments:
            yield "name", lambda one, name=name: ast.Name(name, ast.Load())
    elif isinstance(node, ast.Name | ast.Attribute):
        key = "attr" if isinstance(node, ast.Attribute) else "id"
        if (name := getattr(node, key)) in OPPOSITES:
            yield "function", lambda one: _with(one, **{key: OPPOSITES[name]})
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) not in (
            "np",
            "np.linalg",
            "torch",
        ):
            yield "left out", lambda one: one.func.value
        elif node.args:
            for place in range(len(node.args)):
                yield "left out", lambda one, place=place: one.args[place]
        for place in range(len(node.keywords)):
            yield (
                "left out",
                lambda one, place=place: _with(
                    one, keywords=one.keywords[:place] + one.keywords[place + 1 :]
                ),
            )
        if isinstance(node.func, ast.Name) and node.func.id == "len":
            yield "off by one", lambda one: ast.BinOp(one, ast.Sub(), ast.Constant(1))
            yield "off by one", lambda one: ast.BinOp(copy.deepcopy(one), ast.Add(), ast.Constant(1))
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield "left out", lambda one: one.value
    elif isinstance(node, ast.Slice):
        for end in ("lower", "upper"):
            if getattr(node, end) is not None:
                yield "left out", lambda one, end=end: _with(one, **{end: None})
    elif isinstance(node, ast.If | ast.IfExp):
        for truth in (True, False):
            yield "condition", lambda one, truth=truth: _with(one, test=ast.Constant(truth))
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        yield "exchanged", lambda one: _with(one, value=ast.Tuple(one.value.elts[::-1], ast.Load()))
    elif isinstance(node, ast.Assign):
        yield "left out", lambda one: ast.Pass()


def _with(node: ast.AST, **fields: object) -> ast.AST:
    for name, value in fields.items():
        setattr(node, name, value)
    return node


def _line(what: str, before: str, after: str) -> str:
    """The kind of a change, and the first line that it changed."""
    old = before.splitlines()
    new = next((line for line in after.splitlines() if line not in old), "a line is left out")
    return f"{what}: {new.strip()}"
