"""Templates, compiled apart for each language with what is fixed in it already written out.

Most calls in a template name a phrase, an icon, a file or a page without arguments. Within one
language, and below one path where the service is mounted, they give the same text on every request;
so they are asked once, when the template is compiled, and stand in it as text afterwards.
"""

from collections.abc import Callable, Hashable, Mapping, MutableMapping
from functools import lru_cache, partial
from types import BuiltinMethodType, FunctionType, MethodType
from typing import Any, cast

from flask import Flask, has_request_context, request
from flask.templating import Environment as FlaskEnvironment
from jinja2 import Template, nodes
from jinja2.runtime import Context, Macro
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from sme_match.web import addresses, languages

FIXED = ("_", "asset", "ic", "url_for")
"""Functions of templates whose answer depends on their arguments, language and mount point alone."""
KEPT_FRAGMENTS = 4096
MOST_COMPILED = 8
"""Sets of compiled templates that are kept; there are two languages and hardly ever two mounts."""


class _Context(Context):
    """The context of a page: it calls what does not want the context with less ado.

    Jinja asks that at length for each of some hundred calls of a page.
    """

    def call(self, obj: Any, *args: Any, **options: Any) -> Any:  # noqa: ANN401 -- as Jinja calls it
        """Call a function of a template."""
        if type(obj) not in _CALLED_DIRECTLY or hasattr(obj, _WANTS_CONTEXT):
            return super().call(obj, *args, **options)
        options.pop("_block_vars", None)
        options.pop("_loop_vars", None)
        return obj(*args, **options)


class Environment(FlaskEnvironment):
    """The environment of the application; inside a request it answers with that of the language."""

    fixed: Mapping[str, Callable[..., str]] = {}
    context_class = _Context

    def __init__(self, app: Flask, **options: Any) -> None:  # noqa: ANN401 -- as Flask passes them
        super().__init__(app, **options)
        self.globals["kept"] = kept
        self._compiled_for = lru_cache(MOST_COMPILED)(self._compile_for)

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: Any = None,  # noqa: A002, ANN401 -- as Jinja names it
    ) -> Template:
        """Return a template, compiled for the language of the request."""
        if self.fixed or not has_request_context():
            return super().get_template(name, parent, globals)
        return self._compiled_for(languages.current_language(), request.root_path).get_template(
            name, parent, globals
        )

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template: those of the environment itself, unless it has own ones.

        Jinja puts a chain of mappings before them, which takes long to walk through for each page.
        """
        return super().make_globals(d) if d else self.globals

    def _compile_for(self, language: str, mounted_at: str) -> "Environment":
        own = self.overlay()
        own.filters = {name: _bind(each, language, mounted_at) for name, each in self.filters.items()}
        functions = {name: _bind(each, language, mounted_at) for name, each in self.globals.items()}
        own.globals, own.fixed = functions, {name: functions[name] for name in FIXED}
        return own

    def _generate(self, source: nodes.Template, *rest: Any, **options: Any) -> str:  # noqa: ANN401
        """Write out what is fixed before the template becomes code; Jinja calls this its hook."""
        if self.fixed:
            _WriteOut(self.fixed).visit(source)
        return super()._generate(source, *rest, **options)


@lru_cache(KEPT_FRAGMENTS, typed=True)
def kept(macro: Macro, *values: Hashable) -> Markup:
    """Return what a macro makes of the values, kept by macro and values.

    Macros are imported without the page, so one that asks for nothing of the request (time, reader,
    token) knows no more than its values, and the language and mount that it was compiled for.
    """
    return cast("Markup", macro(*values))


_CALLED_DIRECTLY = frozenset({partial, Macro, FunctionType, MethodType, BuiltinMethodType, type(kept)})
_WANTS_CONTEXT = "jinja_pass_arg"
"""How `pass_context` and its like mark a function."""


def _bind(function: Any, language: str, mounted_at: str) -> Any:  # noqa: ANN401 -- any value of a template
    """Return a function that needs to ask for neither; what is no such function as it is."""
    if written := languages.unbound(function):
        return partial(written, language)
    if written := addresses.unbound(function):
        return partial(written, mounted_at)
    return function


class _WriteOut(NodeTransformer):
    """Replaces calls of the fixed functions by what they return, where all arguments are texts."""

    def __init__(self, functions: Mapping[str, Callable[..., str]]) -> None:
        self._functions = functions

    def visit_Call(self, call: nodes.Call) -> nodes.Node:  # noqa: N802 -- Jinja looks for this name
        """Return the answer of a call, or the call as it is."""
        self.generic_visit(call)
        function = self._functions.get(getattr(call.node, "name", ""))
        given = [*call.args, *(each.value for each in call.kwargs)]
        if function is None or call.dyn_args or call.dyn_kwargs or not all(map(_is_text, given)):
            return call
        answer = function(
            *(each.as_const() for each in call.args),
            **{each.key: each.value.as_const() for each in call.kwargs},
        )
        return nodes.Const(answer, lineno=call.lineno, environment=call.environment)


def _is_text(node: nodes.Expr) -> bool:
    return isinstance(node, nodes.Const) and isinstance(node.value, str)
