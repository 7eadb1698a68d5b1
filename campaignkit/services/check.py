"""What a database provides, whether every statement runs on it, and which rules of the contract its data breaks.

The rules are read from sql/schema: each NOT NULL, CHECK, primary key, unique column and reference becomes one
counting query, so a source that is made of views is held to the same contract as our own tables. A few rules
that no constraint can say stand in sql/checks, one file a rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from campaignkit.store.base import Session, Store
from campaignkit.store.probe import OPTIONAL_RELATIONS, REQUIRED, Probe
from campaignkit.store.rules import TYPES, Rule, rules, wrong_types
from campaignkit.store.statements import Variant, load, names

NUMBERS = "core.recipient_numbers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """How many rows of a relation break a rule."""

    rule: str
    relation: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found: every relation of the contract as table, view or missing, and the rules that are broken."""

    relations: Mapping[str, str]
    violations: tuple[Violation, ...]


def check(store: Store) -> Checked:
    """Plan every question and count what breaks a rule; raises what the engine raises on a broken statement.

    Where a column is of another type than the contract's, that is what is wrong: nothing that reads it is asked.
    """
    with store.reading() as session:
        wrong = frozenset(wrong_types(session.query(TYPES)))
        for name in () if wrong else (name for name in names() if load(name).reads):
            for variant in variants(name):
                session.explain(name, variant)
        types = [
            Violation(rule=f"{column}_type", relation=relation, count=1) for relation, column in sorted(wrong)
        ]
        found = (*types, *_violations(session, store.probe, wrong))
    known = (*REQUIRED, *OPTIONAL_RELATIONS, NUMBERS)
    return Checked(
        relations={name: store.probe.relations.get(name, "missing") for name in sorted(known)},
        violations=found,
    )


def variants(name: str) -> Iterator[Variant]:
    """Yield forms of a statement that together use every declared filter and sort, both ways, at both depths."""
    statement = load(name)
    yield Variant()
    for declared in statement.filters:
        yield Variant(filters=frozenset({declared}))
        yield Variant(filters=frozenset({declared}), counted=True)
    for sort, (key, _) in statement.sorts.items():
        for descending in (True, False):
            yield Variant(sort=sort, descending=descending, limited=True)
            yield Variant(sort=sort, descending=descending, after="value", limited=True)
            if key.nullable:
                yield Variant(sort=sort, descending=descending, after="null", limited=True)


def _violations(session: Session, probe: Probe, wrong: frozenset[tuple[str, str]]) -> Iterator[Violation]:
    for rule in rules():
        if wrong and (not rule.columns or any((rule.relation, column) in wrong for column in rule.columns)):
            continue  # a rule of sql/checks may read any column
        if _answerable(rule, probe):
            ((count,),) = session.query(rule.sql)
            if count:
                yield Violation(rule=rule.name, relation=rule.relation, count=count)


def _answerable(rule: Rule, probe: Probe) -> bool:
    relation_there = rule.relation in probe.relations and probe.provides(rule.relation)
    return relation_there and all(probe.provides(f"{rule.relation}.{column}") for column in rule.columns)
