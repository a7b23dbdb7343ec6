"""What cfn-lint and botocore do thousands of times in a run of the tests, done faster and with the same result.

cfn-lint copies its dataclasses field by field, makes a class for each schema that it extends, and looks through all
rules for those of a keyword. botocore reads the descriptions of services and translates names of events in each session.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from types import SimpleNamespace
from typing import Any

import botocore.endpoint
import botocore.hooks
import botocore.loaders
import botocore.session
import cfnlint.context.context
import cfnlint.jsonschema.validators
from botocore.hooks import EVENT_ALIASES, EventAliaser
from cfnlint.context.context import Context, Path
from cfnlint.helpers import FUNCTIONS
from cfnlint.jsonschema._filter import FunctionFilter
from cfnlint.jsonschema._utils import Unset
from cfnlint.rules.jsonschema.CfnLint import CfnLint

_CONTEXT = tuple(field.name for field in fields(Context) if field.init)
_PATH = tuple(field.name for field in fields(Path))

_new = object.__new__
_create = cfnlint.jsonschema.validators.create
_descend = Path.descend
_begin = CfnLint.initialize
_make_aliaser = EventAliaser.__init__
_classes: dict[Any, Any] = {}
_aliases: dict[str, str] = {}


def install() -> None:
    """Have them do so in this process."""
    botocore.session.create_loader = cache(botocore.loaders.create_loader)
    EventAliaser.__init__ = _make_aliaser_that_knows
    botocore.endpoint.time = SimpleNamespace(sleep=lambda seconds: None)  # its waits before retries, the only use

    cfnlint.context.context.fields = cache(fields)
    Context.evolve = _copy_context
    Path.descend = _descend_once
    FunctionFilter.evolve = _copy
    validators = cfnlint.jsonschema.validators
    validators.create = _create_once
    validators.CfnTemplateValidator.evolve = validators.StandardValidator.evolve = _copy_validator
    CfnLint.initialize = _begin_without_rules
    CfnLint.cfnLint = _apply_rules


def _make_aliaser_that_knows(self: Any, event_emitter: Any, event_aliases: Any = None) -> None:
    _make_aliaser(self, event_emitter, event_aliases)
    if self._event_aliases == EVENT_ALIASES:
        self._alias_name_cache = _aliases


def _copy(self: Any, **changed: Any) -> Any:
    copy = _new(type(self))
    copy.__dict__.update(self.__dict__, **changed)
    return copy


def _copy_validator(self: Any, **changed: Any) -> Any:
    copy = _copy(self, **changed)
    copy.__post_init__()
    return copy


def _copy_context(self: Any, **changed: Any) -> Any:
    """Return a copy without what the context has computed of its fields."""
    if "ref_values" in changed:
        changed["ref_values"] = {**self.ref_values, **changed["ref_values"]}
    copy = _new(Context)
    own, copied = self.__dict__, copy.__dict__
    for name in _CONTEXT:
        copied[name] = own[name]
    copied.update(changed)
    return copy


def _descend_once(self: Any, **steps: Any) -> Any:
    if steps.get("cfn_path") in FUNCTIONS or isinstance(steps.get("cfn_path"), int):
        return _descend(self, **steps)  # which is refused
    copy = _new(Path)
    for name in _PATH:
        way, step = getattr(self, name), steps.get(name)
        if step is not None:
            way = way.copy()
            way.append(step)
        copy.__dict__[name] = way
    return copy


def _create_once(
    validators: Mapping[str, Any] | None = None,
    function_filter: Any = None,
    fn_resolvers: Mapping[str, Any] | None = None,
) -> Any:
    """Return one class for the same validators and resolvers and an equal filter."""
    key = (_items(validators), function_filter and repr(function_filter), _items(fn_resolvers))
    if key not in _classes:
        _classes[key] = _create(validators, function_filter, fn_resolvers)
        _classes[key].evolve = _copy_validator
    return _classes[key]


def _items(functions: Mapping[str, Any] | None) -> Any:
    return functions if functions is None else tuple(functions.items())


def _begin_without_rules(self: Any, cfn: Any) -> None:
    _begin(self, cfn)
    self.rules_by_keyword = None


def _apply_rules(self: Any, validator: Any, keywords: Any, instance: Any, schema: Any) -> Iterator[Any]:
    """Yield what the rules of each of the keywords find."""
    if self.rules_by_keyword is None:
        self.rules_by_keyword = {}
        for rule in self.child_rules.values():
            for keyword in rule.keywords if rule is not None and rule.id else ():
                self.rules_by_keyword.setdefault(keyword, []).append(rule)
    within = validator.evolve(function_filter=validator.function_filter.evolve(add_cfn_lint_keyword=False))
    for keyword in keywords:
        for rule in self.rules_by_keyword.get(keyword, ()):
            for error in rule.validate(within, keyword, instance, schema):
                if error.rule is None and isinstance(error.validator, Unset):
                    error.rule = rule
                yield error
