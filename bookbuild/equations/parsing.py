r"""Read the LaTeX of an equation into a tree.

The grammar, from what binds least to what binds most:

    relation   sum (= sum)*
    sum        [-] hadamard ((+ | -) hadamard)*
    hadamard   product (\odot product)*
    product    factor ((nothing | \cdot | \times | /) factor)*
    factor     a number, a name, brackets or a command, with its scripts

A sum or a product over an index, an expectation and a derivative that stands before
what it acts on reach as far as the product they stand in. Two factors side by side
are multiplied, as matrices if they are. What could be read in two ways is refused.
"""

from bookbuild.equations import naming, tree
from bookbuild.equations import notation as names
from bookbuild.equations.cursor import (
    CLOSING,
    OPENERS,
    OPENING,
    Cursor,
    split,
    texts_of,
)
from bookbuild.equations.errors import EquationError
from bookbuild.equations.notation import Notation
from bookbuild.equations.tokens import Token, tokenise

SIGNS = frozenset({"=", r"\neq", "<", ">", r"\leq", r"\geq", r"\approx", r"\in"})
ELEMENTARY = frozenset(
    {
        "exp",
        "log",
        "ln",
        "sin",
        "cos",
        "tan",
        "arcsin",
        "arccos",
        "arctan",
        "arsinh",
        "sinh",
        "cosh",
        "tanh",
        "coth",
        "erf",
        "sign",
        "diag",
        "tr",
        "det",
    }
)
EXTREMA = frozenset({"max", "min", "argmax", "argmin"})
MATRICES = frozenset({"matrix", "pmatrix", "bmatrix", "smallmatrix"})
# What may stand between two sides, terms or factors, and so begins none.
BETWEEN = (
    SIGNS
    | CLOSING
    | {"+", "-", "/", "*", r"\cdot", r"\times", r"\odot", ",", ".", "&", r"\\", "^"}
    | {"_", "'", ":", ";", "!", r"\mid", r"\end", r"\to", r"\|", "|", r"\right"}
)


def parse(latex: str, notation: Notation) -> list[tree.Relation]:
    """Return the relations that some LaTeX states, in order.

    Parameters
    ----------
    latex : str
        A display: one relation, a chain of them, or ``aligned`` lines. A line of
        ``aligned`` that begins with a sign goes on with the relation before it.
    notation : Notation
        What the letters mean.

    Raises
    ------
    EquationError
        If a symbol is not in the table, a command is unknown, or something could be
        read in two ways; the error knows where.
    """
    parser = Parser(tokenise(latex), notation)
    try:
        return parser.display()
    except RecursionError:
        raise EquationError(
            "its brackets are nested too deeply; write less", 0
        ) from None


def parse_expression(latex: str, notation: Notation) -> tree.Node:
    """Return the one expression that some LaTeX writes.

    Raises
    ------
    EquationError
        As for `parse`.
    """
    parser = Parser(tokenise(latex), notation)
    node = parser.sum()
    parser.end()
    return node


def parse_relation(latex: str, notation: Notation) -> tree.Relation:
    """Return the one relation that some LaTeX writes.

    Raises
    ------
    EquationError
        As for `parse`, and if it states none, or more than one.
    """
    relations = parse(latex, notation)
    if len(relations) != 1:
        raise EquationError(f"{latex} states {len(relations)} relations; write one")
    return relations[0]


def unboxed(tokens: list[Token]) -> list[Token]:
    """Return the tokens of a display or a line without the box around all of them."""
    stop = len(tokens)
    while stop and tokens[stop - 1].text in (",", "."):
        stop -= 1
    if not tokens or tokens[0].text != r"\boxed":
        return tokens
    inside, behind = names.group_at(tokens, 1)
    return unboxed(inside) if behind == stop else tokens


class Parser(Cursor):
    """A reader of tokens, from the first to the last."""

    def __init__(self, tokens: list[Token], notation: Notation) -> None:
        super().__init__(tokens)
        self.notation = notation
        # How many bars are open: one that is met then closes.
        self.bars = 0

    def within(self, tokens: list[Token]) -> "Parser":
        """Return a reader of some of the tokens."""
        return Parser(tokens, self.notation)

    # -- displays and relations -----------------------------------------------------

    def display(self) -> list[tree.Relation]:
        """Return the relations of a whole display."""
        self.tokens = unboxed(self.tokens)
        for environment in ("aligned", "split", "gathered"):
            opening = [r"\begin", "{", *environment, "}"]
            if [token.text for token in self.tokens[: len(opening)]] == opening:
                closing = len(opening)
                body = self.tokens[len(opening) : -closing]
                return self._aligned(body)
        relation = self.relation()
        while self.text() in (",", "."):
            self.place += 1
        self.end()
        return [relation]

    def _aligned(self, tokens: list[Token]) -> list[tree.Relation]:
        """Return the relations of some lines, of which one may go on with another."""
        relations: list[tree.Relation] = []
        for line in split(tokens, r"\\"):
            # What is between the points of alignment; those of a matrix stay.
            parts = split(line, "&")
            parser = self.within(unboxed([token for part in parts for token in part]))
            if not parser.tokens:
                continue
            if parser.text() in SIGNS:
                if not relations:
                    raise EquationError(
                        "the first line begins with a sign; give it a left side",
                        parser.position(),
                    )
                more = parser.relation(relations[-1].sides, relations[-1].signs)
                relations[-1] = more
            else:
                relations.append(parser.relation())
            while parser.text() in (",", "."):
                parser.place += 1
            parser.end()
        return relations

    def relation(
        self, sides: tuple[tree.Node, ...] = (), signs: tuple[str, ...] = ()
    ) -> tree.Relation:
        """Return the chain of sides to come, behind those that are there.

        Raises
        ------
        EquationError
            If there is no sign.
        """
        position = self.position()
        if not sides:
            sides = (self.sum(),)
        while self.text() in SIGNS:
            signs = (*signs, self.take().text)
            sides = (*sides, self.sum())
        if not signs:
            raise EquationError(
                "this states nothing, for it has no sign such as =; "
                "write what it is equal to",
                position,
            )
        return tree.Relation(sides, signs, position=position)

    # -- sums and products ----------------------------------------------------------

    def sum(self) -> tree.Node:
        """Return the sum to come."""
        position = self.position()
        if self.skip("-"):
            node: tree.Node = tree.Negative(self.hadamard(), position=position)
        else:
            self.skip("+")
            node = self.hadamard()
        while self.text() in ("+", "-"):
            position = self.position()
            kind = tree.Add if self.take().text == "+" else tree.Subtract
            node = kind(node, self.hadamard(), position=position)
        return node

    def hadamard(self) -> tree.Node:
        """Return the product element by element to come."""
        node = self.product()
        while self.text() == r"\odot":
            position = self.take().position
            node = tree.Hadamard(node, self.product(), position=position)
        return node

    def product(self) -> tree.Node:
        """Return the product to come."""
        node = self.factor()
        while True:
            position = self.position()
            if self.text() in (r"\cdot", r"\times", "*"):
                sign = self.take().text
                if sign == "*":
                    raise EquationError(
                        r"* is no sign of an equation; write \cdot or \odot", position
                    )
                right = self._signed_factor()
                node = tree.Multiply(node, right, sign, position=position)
            elif self.text() == "/":
                self.take()
                node = tree.Divide(node, self.factor(), "/", position=position)
                if self.begins_factor():
                    raise EquationError(
                        r"a / b c can be read in two ways; use \frac, or brackets",
                        position,
                    )
            elif self.begins_factor():
                node = tree.Multiply(node, self._side_by_side(), position=position)
            else:
                return node

    def _signed_factor(self) -> tree.Node:
        """Return the factor to come; a minus before it is an error that says so."""
        if self.text() in ("-", "+"):
            raise EquationError(
                "a sign cannot follow another one; put the factor in brackets",
                self.position(),
            )
        return self.factor()

    def _side_by_side(self) -> tree.Node:
        """Return the factor that follows another one without a sign."""
        if self.text()[0].isdigit():
            raise EquationError(
                r"a number behind a factor can be misread; write \cdot before it",
                self.position(),
            )
        return self.factor()

    def _ask_end_of_product(self, what: str) -> None:
        """Ask that no factor follows the argument of a function without brackets.

        Raises
        ------
        EquationError
            If one does, for it could belong to the function or not.
        """
        if self.begins_factor() or self.text() in (r"\cdot", r"\times", "/"):
            raise EquationError(
                f"what belongs to {what} is not clear; put its argument in brackets",
                self.position(),
            )

    def begins_factor(self) -> bool:
        """Return whether the token to come begins a factor."""
        text = self.text()
        if text == "|":
            return self.bars == 0
        if text == r"\|":
            return self.bars == 0
        if text == r"\left":
            return True
        return bool(text) and text not in BETWEEN

    # -- factors --------------------------------------------------------------------

    def factor(self) -> tree.Node:
        """Return the factor to come, with its scripts."""
        position = self.position()
        return self._scripts(self.atom(), position)

    def _scripts(self, node: tree.Node, position: int) -> tree.Node:
        """Return a factor with the powers and transposes that follow it."""
        while True:
            if self.text() == "^":
                self.take()
                script = self.group()
                node = self._raised(node, script, position)
                self._ask_one_script()
            elif self.text() == "!":
                self.take()
                node = tree.Factorial(node, position=position)
            else:
                return node

    def _ask_one_script(self) -> None:
        """Ask that no second script stands above.

        Raises
        ------
        EquationError
            If one does, which LaTeX refuses, too.
        """
        if self.text() == "^":
            raise EquationError(
                "two scripts stand above one another; put the inner power in brackets",
                self.position(),
            )

    def _raised(self, node: tree.Node, script: list[Token], position: int) -> tree.Node:
        """Return a factor with a script above it: a transpose, or a power."""
        texts = [token.text for token in script]
        if texts == [r"\top"] or (texts == ["T"] and "T" not in self.notation):
            return tree.Transpose(node, position=position)
        if not script:
            raise EquationError("an exponent is empty; complete it", position)
        if (texts[0], texts[-1]) in (("(", ")"), ("[", "]")):
            raise EquationError(
                f"the script {names.joined(script)} would pick one of a family, and "
                "the notation table has none of this name; add it there, or write a "
                "power without brackets",
                script[0].position,
            )
        parser = self.within(script)
        exponent = parser.sum()
        parser.end()
        return tree.Power(node, exponent, position=position)

    def atom(self) -> tree.Node:
        """Return the factor to come, without what follows it."""
        token = self.take()
        text = token.text
        if token.kind == "number":
            return tree.Number(text, position=token.position)
        if text == "(":
            return self._bracketed(")")
        if text == "[":
            return self._iverson_or_bracket(token)
        if text == "{":
            self.place -= 1
            return self._inside(self.group())
        if text == "|":
            return self._bars("|", token)
        if text == r"\|":
            return self._bars(r"\|", token)
        if token.kind == "letter":
            if text == "e" and self.text() == "^" and "e" not in self.notation:
                return self._euler(token)
            self.place -= 1
            return self.name()
        if token.kind == "command":
            return self.command(token)
        raise EquationError(
            f"{text} cannot begin a factor; complete what is before it", token.position
        )

    def _inside(self, tokens: list[Token]) -> tree.Node:
        """Return what a group in braces holds."""
        parser = self.within(tokens)
        node = parser.sum()
        parser.end()
        return node

    def _bracketed(self, closing: str) -> tree.Node:
        """Return what stands up to a closing bracket."""
        bars, self.bars = self.bars, 0
        node = self.sum()
        self.bars = bars
        self._close(closing)
        return node

    def _close(self, closing: str) -> None:
        """Go past a closing bracket, with the command that sizes it."""
        self.skip(r"\right")
        self.expect(closing)

    def _iverson_or_bracket(self, token: Token) -> tree.Node:
        """Return a bracket that holds a condition, or only groups."""
        bars, self.bars = self.bars, 0
        node = self.sum()
        if self.text() in SIGNS:
            relation = self.relation((node,))
            node = tree.Iverson(relation, position=token.position)
        self.bars = bars
        self._close("]")
        return node

    def _bars(self, bar: str, token: Token) -> tree.Node:
        """Return an absolute value or a norm."""
        self.bars += 1
        body = self.sum()
        self.bars -= 1
        self._close(bar)
        if bar == "|":
            return tree.Absolute(body, position=token.position)
        power = None
        if self.skip("_"):
            power = self._inside(self.group())
        return tree.Norm(body, power, position=token.position)

    def _euler(self, token: Token) -> tree.Node:
        """Return Euler's number to a power."""
        self.expect("^")
        argument = self._inside(self.group())
        return tree.Elementary("exp", argument, position=token.position)

    # -- commands -------------------------------------------------------------------

    def command(self, token: Token) -> tree.Node:
        """Return the factor that begins with a command."""
        text = token.text
        word = text[1:]
        position = token.position
        if text == r"\left":
            return self._left()
        if text == r"\frac":
            return self._fraction(position)
        if text == r"\partial":
            raise EquationError(
                r"a \partial alone has no value; write \frac{\partial a}{\partial b}",
                position,
            )
        if text in (r"\sum", r"\prod"):
            return self._big(tree.Sum if word == "sum" else tree.Product, position)
        if text == r"\int":
            return self._integral(position)
        if text == r"\sqrt":
            return self._root(position)
        if text in (r"\lfloor", r"\lceil"):
            kind = tree.Floor if text == r"\lfloor" else tree.Ceiling
            closing = text.replace("l", "r", 1)
            body = self._bracketed(closing)
            return kind(body, position=position)
        if text == r"\langle":
            body = self._bracketed(r"\rangle")
            return tree.Expectation(body, text, position=position)
        if text in (r"\operatorname", r"\mathrm", r"\text"):
            return self._word(token)
        if text == r"\nabla":
            return self._nabla(position)
        if text in (r"\boxed", r"\underbrace", r"\overbrace"):
            body = self._inside(self.group())
            while self.text() in ("_", "^") and text != r"\boxed":
                self.take()
                self.group()
            return body
        if text == r"\begin":
            return self._environment(position)
        if text == r"\infty":
            return tree.Infinity(position=position)
        if word in EXTREMA and text not in self.notation:
            return self._extremum(word, position)
        if word in ELEMENTARY and not self._is_declared(text):
            return self._elementary(word, position)
        if text == r"\pi" and text not in self.notation:
            return tree.Symbol(text, position=position)
        self.place -= 1
        return self.name()

    def _is_declared(self, text: str) -> bool:
        """Return whether the table gives a command a meaning of its own."""
        entry = self.notation.get(text)
        return entry is not None and entry.kind != "function"

    def _left(self) -> tree.Node:
        """Return what a sized bracket holds."""
        token = self.take()
        if token.text == ".":
            return self._evaluated_at(token)
        if token.text == "|":
            return self._bars("|", token)
        if token.text == r"\|":
            return self._bars(r"\|", token)
        if token.text == "[":
            return self._iverson_or_bracket(token)
        if token.text in (r"\lfloor", r"\lceil", r"\langle"):
            return self.command(token)
        if token.text not in OPENING:
            raise EquationError(
                f"{token.text} is no bracket that the reader knows; "
                "use round or square ones",
                token.position,
            )
        return self._bracketed(OPENING[token.text])

    def _evaluated_at(self, token: Token) -> tree.Node:
        r"""Return ``\left. body \right|_{a = 1, b = 2}``.

        Behind a derivative it is enough to say what it is taken at, as in
        ``\left. \frac{\partial a}{\partial b} \right|_{2 b}``.
        """
        self.bars += 1
        body = self.sum()
        self.bars -= 1
        self.expect(r"\right")
        self.expect("|")
        self.expect("_")
        values = []
        for part in split(self.group(), ","):
            if isinstance(body, tree.Derivative) and "=" not in texts_of(part):
                values.append((body.by, self._inside(part)))
                continue
            relation = self.within(part).relation()
            if relation.signs != ("=",):
                raise EquationError(
                    "behind the bar stands what a symbol is set to, as in W = 2 W",
                    token.position,
                )
            values.append((relation.sides[0], relation.sides[1]))
        return tree.At(body, tuple(values), position=token.position)

    def _fraction(self, position: int) -> tree.Node:
        """Return a fraction, or the derivative that one writes."""
        above = self.group()
        below = self.group()
        for sign in (r"\partial", "d", r"\mathrm"):
            if sign == "d" and "d" in self.notation:
                continue
            if _starts_with(above, sign) and _starts_with(below, sign):
                return self._derivative(above, below, position)
        numerator = self._inside(above)
        return tree.Divide(numerator, self._inside(below), position=position)

    def _derivative(
        self, above: list[Token], below: list[Token], position: int
    ) -> tree.Node:
        """Return a derivative; with nothing beside the sign, of what follows."""
        above, sign = _without_sign(above)
        below, _ = _without_sign(below)
        if not below:
            raise EquationError(
                "a derivative says by what it is taken; complete it", position
            )
        if above and above[0].text == "^":
            raise EquationError(
                "higher derivatives are written as a derivative of a derivative",
                position,
            )
        parser = self.within(below)
        by = parser.factor()
        parser.end()
        of = self._inside(above) if above else self.product()
        return tree.Derivative(of, by, sign, position=position)

    def _nabla(self, position: int) -> tree.Node:
        r"""Return ``\nabla_W \ell``."""
        if not self.skip("_"):
            raise EquationError(
                r"\nabla says by what it differentiates: \nabla_{W}", position
            )
        parser = self.within(self.group())
        by = parser.factor()
        parser.end()
        return tree.Derivative(self.factor(), by, r"\nabla", position=position)

    def _big(
        self, kind: type[tree.Sum] | type[tree.Product], position: int
    ) -> tree.Node:
        """Return a sum or a product over one or several indices."""
        lower: list[Token] = []
        upper: list[Token] = []
        while self.text() in ("_", "^"):
            if self.take().text == "_":
                lower = self.group()
            else:
                upper = self.group()
        if not lower:
            raise EquationError(
                r"a sum says over what it runs: \sum_{j=1}^{n}", position
            )
        runs = self._runs(lower, upper, position)
        body = self.product()
        for index, start, stop, condition in reversed(runs):
            body = kind(index, start, stop, body, condition, position=position)
        return body

    def _runs(
        self, lower: list[Token], upper: list[Token], position: int
    ) -> list[tuple[str, tree.Node | None, tree.Node | None, tree.Node | None]]:
        """Return what stands below and above a sum: indices, bounds, conditions."""
        texts = [token.text for token in lower]
        if "=" in texts:
            place = texts.index("=")
            index = names.canonical(lower[:place])
            if not upper:
                raise EquationError("the upper bound is missing; write it", position)
            start = self._inside(lower[place + 1 :])
            return [(index, start, self._inside(upper), None)]
        for sign in (r"\neq", "<", r"\leq", ">", r"\geq"):
            if sign in texts:
                index = names.canonical(lower[: texts.index(sign)])
                condition = self.within(lower).relation()
                return [(index, None, None, condition)]
        return [(names.canonical(part), None, None, None) for part in split(lower, ",")]

    def _integral(self, position: int) -> tree.Node:
        """Return an integral; what it runs over stands behind d at its end."""
        bounds: dict[str, list[Token]] = {}
        while self.text() in ("_", "^"):
            sign = self.take().text
            bounds[sign] = self.group()
        if len(bounds) != 2:
            raise EquationError("an integral has a lower and an upper bound", position)
        depth = 0
        for end in range(self.place, len(self.tokens)):
            text = self.tokens[end].text
            depth += (text in OPENERS) - (text in CLOSING)
            upright = [token.text for token in self.tokens[end : end + 4]]
            if depth == 0 and upright == [r"\mathrm", "{", "d", "}"]:
                break
        else:
            raise EquationError(
                r"an integral ends with what it runs over: \mathrm{d} t", position
            )
        body = self.tokens[self.place : end]
        self.place = end + 4
        variable = names.canonical(self.group())
        return tree.Integral(
            variable,
            self._inside(bounds["_"]),
            self._inside(bounds["^"]),
            self._inside(body),
            position=position,
        )

    def _root(self, position: int) -> tree.Node:
        """Return a root."""
        degree = None
        if self.skip("["):
            degree = self.sum()
            self.expect("]")
        return tree.Root(self._inside(self.group()), degree, position=position)

    def _word(self, token: Token) -> tree.Node:
        """Return what begins with an upright word: E, Var, e, a function, a name."""
        start = self.place
        word = names.joined(self.group())
        position = token.position
        declared = f"{token.text}{{{word}}}"
        if declared in self.notation or self._named_word(declared):
            self.place = start - 1
            return self.name()
        if word in ("E", "Var"):
            return self._chance(word, position)
        if word == "e" and self.text() == "^":
            return self._euler(token)
        if word in EXTREMA:
            return self._extremum(word, position)
        if word in ELEMENTARY:
            return self._elementary(word, position)
        if word in self.notation:
            self.place = start - 1
            return self._function(word, position)
        raise EquationError(
            f"{word} is no function of the notation table; add it there", position
        )

    def _named_word(self, declared: str) -> bool:
        """Return whether a name of the table begins with an upright word."""
        return any(
            name.startswith((f"{declared}_", f"{declared}^"))
            for name in self.notation.entries
        )

    def _function(self, word: str, position: int) -> tree.Node:
        """Return a function of the table that is written as an upright word."""
        self.take()
        self.group()
        primes = self._primes()
        arguments = self._arguments()
        return tree.Call(word, arguments, primes, position=position)

    def _chance(self, word: str, position: int) -> tree.Node:
        """Return an expectation or a variance, which is best put in brackets."""
        self.skip(r"\left")
        if self.text() in ("(", "["):
            opening = self.take().text
            body = self._bracketed(OPENING[opening])
            if opening == "(" and self.text() == "^":
                raise EquationError(
                    rf"\mathrm{{{word}}} (a)^2 can be read in two ways; "
                    rf"write \mathrm{{{word}}}[a^2] or \mathrm{{{word}}}[a]^2",
                    position,
                )
        else:
            body = self.factor()
            self._ask_end_of_product(rf"\mathrm{{{word}}}")
        if word == "E":
            return tree.Expectation(body, position=position)
        return tree.Variance(body, position=position)

    def _elementary(self, word: str, position: int) -> tree.Node:
        """Return a function that every reader knows, at its argument."""
        primes = self._primes()
        exponent = None
        if self.skip("^"):
            exponent = self._inside(self.group())
        if isinstance(exponent, tree.Negative):
            raise EquationError(
                f"\\{word} to a negative power can be read in two ways; "
                "write the inverse function, or a fraction",
                position,
            )
        if self.text() in ("(", "[") or (
            self.text() == r"\left" and self.text(1) in ("(", "[")
        ):
            self.skip(r"\left")
            argument = self._bracketed(OPENING[self.take().text])
        else:
            argument = self.factor()
            self._ask_end_of_product(f"\\{word}")
        node: tree.Node = tree.Elementary(word, argument, primes, position=position)
        if exponent is not None:
            node = tree.Power(node, exponent, position=position)
        return node

    def _extremum(self, word: str, position: int) -> tree.Node:
        """Return a largest or smallest of some numbers."""
        if self.skip("_"):
            script = self.group()
            index = names.canonical(script)
            if not self.notation.is_index(index):
                raise EquationError(
                    rf"below \{word} stands one index of the notation table, "
                    f"not {names.joined(script)}; write its range in the table",
                    position,
                )
            return tree.Extremum(word, (self.product(),), index, position=position)
        return tree.Extremum(word, self._arguments(), position=position)

    def _primes(self) -> int:
        """Return how many primes follow, and go past them."""
        primes = 0
        while self.skip("'"):
            primes += 1
        return primes

    def _arguments(self) -> tuple[tree.Node, ...]:
        """Return the arguments in the brackets to come."""
        self.skip(r"\left")
        position = self.position()
        opening = self.take().text
        if opening not in ("(", "[", r"\{"):
            raise EquationError(
                "the argument of a function stands in brackets", position
            )
        bars, self.bars = self.bars, 0
        arguments = [self.sum()]
        while self.skip(","):
            arguments.append(self.sum())
        self.bars = bars
        self._close(OPENING[opening])
        return tuple(arguments)

    def _environment(self, position: int) -> tree.Node:
        """Return a matrix, or cases."""
        name = names.joined(self.group())
        closing = [r"\end", "{", *name, "}"]
        depth = 0
        for end in range(self.place, len(self.tokens)):
            text = self.tokens[end].text
            depth += text == r"\begin"
            if text == r"\end":
                if depth == 0:
                    break
                depth -= 1
        else:
            raise EquationError(f"{name} is never ended", position)
        body = self.tokens[self.place : end]
        self.place = end + len(closing)
        rows = [split(row, "&") for row in split(body, r"\\") if row]
        if name in MATRICES:
            return tree.Matrix(
                tuple(tuple(self._inside(cell) for cell in row) for row in rows),
                position=position,
            )
        if name == "cases":
            branches = tuple(self._branch(row, position) for row in rows)
            return tree.Cases(branches, position=position)
        raise EquationError(
            f"{name} is no environment that the reader knows; use pmatrix, cases "
            "or aligned",
            position,
        )

    def _branch(
        self, row: list[list[Token]], position: int
    ) -> tuple[tree.Node, tree.Node | None]:
        """Return a value and its condition, None for "otherwise"."""
        if len(row) != 2:
            raise EquationError("each line of cases is value & condition", position)
        parser = self.within(row[0])
        value = parser.sum()
        parser.skip(",")
        parser.end()
        parser = self.within(row[1])
        word = ""
        if parser.skip(r"\text"):
            word = names.joined(parser.group()).strip()
        if word in ("otherwise", "else"):
            return value, None
        if word not in ("", "if", "for"):
            raise EquationError(
                f"a condition begins with if or otherwise, not with {word}", position
            )
        condition = parser.relation()
        parser.end()
        return value, condition

    # -- names ----------------------------------------------------------------------

    def name(self) -> tree.Node:
        """Return the symbol, element or call that begins with a name."""
        position = self.position()
        base = self._base()
        below: list[Token] | None = None
        above: list[Token] | None = None
        primes = 0
        while True:
            if self.text() == "'" and not primes:
                primes = self._primes()
            elif self.text() == "_" and below is None:
                self.take()
                below = self._script()
            elif self.text() == "^" and above is None and self._is_part_of_name(base):
                self.take()
                above = self.group()
                self._ask_one_script()
            else:
                break
        reading = naming.resolved(base, below, above, primes, self.notation, position)
        member = None if reading.member is None else self._inside(reading.member)
        node = self._element(
            reading.entry, member, reading.indices, reading.primes, position
        )
        if reading.above is not None:
            node = self._raised(node, reading.above, position)
        return node

    def _script(self) -> list[Token]:
        """Return what stands in a script below, which must be something."""
        position = self.position()
        script = self.group()
        if any(not part for part in split(script, ",")):
            raise EquationError("an index is missing here; write it", position)
        return script

    def _base(self) -> str:
        """Return the letter of the name to come, with what stands over it."""
        start = self.place
        token = self.take()
        decorated = names.ACCENTS | names.FONTS | names.PLAIN_FONTS
        if token.text in decorated:
            self.group()
        return names.canonical(self.tokens[start : self.place])

    def _is_part_of_name(self, base: str) -> bool:
        """Return whether the script above may be more than a power."""
        script, _ = names.group_at(self.tokens, self.place + 1)
        texts = [token.text for token in script]
        bracketed = len(texts) > 2 and (texts[0], texts[-1]) in (
            ("(", ")"),
            ("[", "]"),
        )
        return bracketed or any(
            name.startswith(base) and f"^{names.script_name(script)}" in name
            for name in self.notation.entries
        )

    def _element(
        self,
        entry: names.Entry,
        member: tree.Node | None,
        indices: list[list[Token]],
        primes: int,
        position: int,
    ) -> tree.Node:
        """Return a symbol, with the arguments or the indices that it has."""
        follows = self.text() == "(" or (
            self.text() == r"\left" and self.text(1) == "("
        )
        if entry.kind == "function" and not follows and primes == 0:
            raise EquationError(
                f"{entry.written} is a function; put its argument in brackets", position
            )
        if entry.kind == "function":
            found = self._indices(indices, entry)
            arguments = self._arguments() if follows else ()
            call: tree.Node = tree.Call(
                entry.name, arguments, primes, member, position=position
            )
            return tree.Index(call, found, position=position) if found else call
        if primes:
            raise EquationError(
                f"{entry.written} is no function and has no derivative; if the prime "
                "belongs to its name, add that to the notation table",
                position,
            )
        node: tree.Node = tree.Symbol(entry.name, member, position=position)
        if entry.is_callable and follows:
            node = self._called(entry, node, position)
        found = self._indices(indices, entry)
        return tree.Index(node, found, position=position) if found else node

    def _called(self, entry: names.Entry, node: tree.Node, position: int) -> tree.Node:
        """Return a quantity where what it depends on is what its brackets say."""
        arguments = self._arguments()
        written = names.split_at_commas(str(entry.options["of"]))
        if len(written) != len(arguments):
            raise EquationError(
                f"{entry.written} depends on {len(written)} symbols "
                f"({', '.join(written)}), not on {len(arguments)}",
                position,
            )
        variables = [parse_expression(one, self.notation) for one in written]
        pairs = tuple(zip(variables, arguments, strict=True))
        return tree.At(node, pairs, position=position)

    def _indices(
        self, parts: list[list[Token]], entry: names.Entry
    ) -> tuple[tree.Node, ...]:
        """Return the indices that a script below writes."""
        groups = naming.index_groups(parts, entry)
        return tuple(self._inside(group) for group in groups)


def _starts_with(tokens: list[Token], sign: str) -> bool:
    """Return whether a group begins with the sign of a derivative."""
    texts = [token.text for token in tokens]
    if sign == r"\mathrm":
        return texts[:4] == [r"\mathrm", "{", "d", "}"]
    return texts[:1] == [sign] and (sign != "d" or len(texts) <= 2)


def _without_sign(tokens: list[Token]) -> tuple[list[Token], str]:
    """Return the tokens behind the sign of a derivative, and the sign."""
    if tokens[0].text == r"\mathrm":
        return tokens[4:], "d"
    return tokens[1:], tokens[0].text
