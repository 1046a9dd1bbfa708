"""How much of the grammar's Python its examples notice: python eval/mutation.py [--keep] [MODULE…]

Each condition of an `if` is switched off in turn, then each operand of `and` and `or` is left out. A mutant is noticed
where a span changes in the examples that tests hold: the scheme's, the rules', those of the algorithms
(tests/grammar/examples), the table of amounts, the sentences of train/genre; or where it fails or does not end. The
snapshot's texts are not looked at: they show that something changed, not what is right.
With --keep the shares go into eval/results.jsonl.
"""

import argparse
import ast
import signal
import sys
import tempfile
from collections import Counter
from hashlib import sha256
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any, cast

MODULES = "__init__ agencies amounts carry context groups numerals officials places shared units".split()
ROOM = Path(__file__).parents[1] / "viborder/grammar"
FILES = [
    "train/genre/adversarial.txt",
    "train/genre/tuning.txt",
    *map(str, sorted(Path("tests/grammar/examples").glob("*.txt"))),
]
SECONDS = 20  # a mutant that takes longer does not end
SWITCH = "MUTANT"


class Mutants(ast.NodeTransformer):
    """Puts a switch at each condition and operand: `kinds` says what each number is."""

    def __init__(self, module: str, kinds: list[tuple[str, str, int]]) -> None:
        self.module, self.kinds = module, kinds

    def _number(self, kind: str, line: int) -> int:
        self.kinds.append((kind, self.module, line))
        return len(self.kinds) - 1

    def _is(self, number: int, *, equal: bool) -> ast.expr:
        compared = ast.Eq() if equal else ast.NotEq()
        return ast.Compare(ast.Name(SWITCH, ast.Load()), [compared], [ast.Constant(number)])

    def visit_If(self, node: ast.If) -> ast.AST:
        """`if x` becomes `if MUTANT != 7 and x`."""
        self.generic_visit(node)
        if not (isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            switch = self._is(self._number("condition", node.lineno), equal=False)
            node.test = ast.BoolOp(ast.And(), [switch, node.test])
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        """`x and y` becomes `(MUTANT == 8 or x) and (MUTANT == 9 or y)`; `or` the other way round."""
        self.generic_visit(node)
        both = isinstance(node.op, ast.And)
        inner: ast.boolop = ast.Or() if both else ast.And()
        node.values = [
            ast.BoolOp(inner, [self._is(self._number("operand", value.lineno), equal=both), value])
            for value in node.values
        ]
        return node


class Recorder:
    """Stands for the number of no mutant, and notes which numbers it is held against."""

    def __init__(self, numbers: set[int]) -> None:
        self.numbers = numbers

    def __eq__(self, number: object) -> bool:
        self.numbers.add(cast(int, number))
        return False

    def __ne__(self, number: object) -> bool:
        self.numbers.add(cast(int, number))
        return True

    __hash__ = None  # type: ignore[assignment]


def install(kinds: list[tuple[str, str, int]]) -> None:
    """Have the grammar's modules compiled with switches; nothing of the grammar may be imported before."""
    assert not any(name.startswith("viborder.grammar") for name in sys.modules)
    sys.pycache_prefix = tempfile.mkdtemp()
    sys.dont_write_bytecode = True
    plain = SourceFileLoader.source_to_code

    def switched(loader: SourceFileLoader, data: Any, path: Any, *rest: Any, **options: Any) -> CodeType:
        file = Path(str(path))
        if file.parent == ROOM and file.stem in MODULES:
            tree = Mutants(file.stem, kinds).visit(ast.parse(data))
            tree.body.insert(_after_future(tree), ast.parse(f"{SWITCH} = -1").body[0])
            return compile(ast.fix_missing_locations(tree), str(path), "exec")
        return plain(loader, data, path, *rest, **options)

    SourceFileLoader.source_to_code = switched  # type: ignore[method-assign,assignment]


def _after_future(tree: ast.Module) -> int:
    return next(
        number + 1
        for number, node in enumerate(tree.body)
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    )


def main(options: argparse.Namespace) -> None:
    """Count, and print where mutants live on."""
    kinds: list[tuple[str, str, int]] = []
    install(kinds)
    sys.path.insert(0, str(ROOM.parents[1]))  # the scheme's examples are in tests/
    import viborder.grammar.standard as standard
    from tests.grammar.snapshot import scheme_examples
    from viborder.formats import brackets
    from viborder.grammar import pieces
    from viborder.text import cut

    standard.algorithms()
    modules = [sys.modules[f"viborder.grammar.{name}".removesuffix(".__init__")] for name in MODULES]
    records = standard.check([])
    examples = [text for record in records for name in ("mark", "leave") for text in record.all(name)]
    texts = [text for _, text in scheme_examples()] + [brackets.parse(text).text for text in examples]
    for name in options.files:
        texts += [document.text for document in brackets.read(Path(name))]
    amounts = Path("tests/amounts.tsv").read_text(encoding="utf-8").splitlines()
    texts += [brackets.parse(line.split("\t")[0]).text for line in amounts if line and not line.startswith("# ")]
    cuts = [(text, *cut(text)) for text in texts]

    def switch(value: object) -> None:
        for module in modules:
            vars(module)[SWITCH] = value

    def noticed(number: int) -> bool:
        switch(number)
        signal.alarm(SECONDS)
        try:
            return any(pieces(*cuts[text]) != before[text] for text in asked[number])
        except Exception:
            return True
        finally:
            signal.alarm(0)

    def too_long(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, too_long)
    before = [pieces(*one) for one in cuts]
    asked: list[list[int]] = [[] for _ in kinds]
    for text, one in enumerate(cuts):
        switch(Recorder(numbers := set[int]()))
        pieces(*one)
        for number in numbers:
            asked[number].append(text)
    wanted = [number for number, (_, module, _) in enumerate(kinds) if module in (options.modules or MODULES)]
    alive = [number for number in wanted if not noticed(number)]
    made, lived = Counter(kinds[number][0] for number in wanted), Counter(kinds[number][0] for number in alive)
    for kind, module, line in (kinds[number] for number in alive):
        print(f"{ROOM.name}/{module}.py:{line}: {kind}")
    for kind, count in sorted(made.items()):
        share = 1 - lived[kind] / count
        print(f"{kind}: {count - lived[kind]} of {count} noticed, {share:.1%}, by {len(texts)} texts")
    if options.keep:
        keep({kind: (count - lived[kind], count) for kind, count in made.items()}, texts)


def keep(shares: dict[str, tuple[int, int]], texts: list[str]) -> None:
    """Put the shares into eval/results.jsonl."""
    from viborder.eval.show import results

    results.add(
        [
            {
                "system": "the grammar's examples",
                "task": f"mutants of the grammar's Python: each {kind} left out in turn",
                "metric": "share_noticed",
                "value": round(noticed / count, 4),
                "interval": None,
                "n": count,
                "unit": kind,
                "recipe": None,
                "data": sha256("\n".join(texts).encode()).hexdigest()[:12],
                "tuned_on": "the examples were written with the conditions in view",
                "command": "python eval/mutation.py --keep",
            }
            for kind, (noticed, count) in sorted(shares.items())
        ]
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="such as places; all by default")
    parser.add_argument("--keep", action="store_true", help="put the shares into eval/results.jsonl")
    parser.add_argument("--files", nargs="*", default=FILES, help="sentences")
    main(parser.parse_args())
