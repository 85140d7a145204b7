"""Hand-made tasks on a small retail world: every shape of request that the grammar must have words for.

`TASKS` maps a name to a task whose gold arguments come from running its programs on `toy_world.TABLES`. Proofs and
digests are empty: nothing here is about them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from schemas.base import Json, content_id
from schemas.program import At, Bind, Call, Each, Fact, Filter, OrderKey, Pick, Program, Step
from schemas.task import Kind, Knowledge, Proof, Refusal, Request, Source, Task, TaskSpec
from tests.tool_specs.phrasing.toy_world import PRINCIPAL, TABLES, read
from tool_specs.programs import bound, run

__all__ = ["PRINCIPAL", "TABLES", "TASKS", "read"]

IDENTITY = (
    Knowledge(name="email", value="nora.field2208@example.com", type="email", identity=True),
    Knowledge(name="first_name", value="Nora", type="first_name", identity=True),
    Knowledge(name="last_name", value="Field", type="last_name", identity=True),
    Knowledge(name="zip", value="78234", type="zip", identity=True),
)

ME: tuple[Step, ...] = (
    Call(name="user_id", tool="find_user_id_by_email", arguments={"email": Fact(name="email")}),
    Call(name="user", tool="get_user_details", arguments={"user_id": At(path=("user_id",))}),
)
MY_ORDERS: tuple[Step, ...] = (
    *ME,
    Each(name="order_id", source=At(path=("user", "orders"))),
    Call(name="order", tool="get_order_details", arguments={"order_id": At(path=("order_id",))}),
)
MY_ITEMS: tuple[Step, ...] = (*MY_ORDERS, Each(name="item", source=At(path=("order", "items"))))
VARIANTS: tuple[Step, ...] = (
    Call(name="product", tool="get_product_details", arguments={"product_id": At(path=("item", "product_id"))}),
    Each(name="variant", source=At(path=("product", "variants"))),
)


def named_order(fact: str) -> tuple[Step, ...]:
    """Returns the steps that read an order whose id the user states."""
    return (Call(name="order", tool="get_order_details", arguments={"order_id": Fact(name=fact)}),)


def product_variants(name: str) -> tuple[Step, ...]:
    """Returns the steps that read all variants of a product by its name."""
    return (
        Call(name="types", tool="list_all_product_types", arguments={}),
        Call(name="product", tool="get_product_details", arguments={"product_id": At(path=("types", name))}),
        Each(name="variant", source=At(path=("product", "variants"))),
    )


def eq(*path: str | int, value: Json) -> Filter:
    """Returns a filter for equality with a value."""
    return Filter(column=path, value=value)


ANOTHER = Filter(column=("variant", "item_id"), op="ne", other=("item", "item_id"))
AVAILABLE = eq("variant", "available", value=True)
DELIVERED = eq("order", "status", value="delivered")
PENDING = eq("order", "status", value="pending")


def key(*path: str | int, descending: bool = False) -> OrderKey:
    """Returns an ordering key."""
    return OrderKey(column=path, descending=descending)


def rows(
    steps: tuple[Step, ...],
    *where: Filter,
    order: tuple[OrderKey, ...] = (),
    pick: Pick = "only",
    role: str = "object",
    start: int | None = None,
) -> Program:
    """Returns a program."""
    return Program(steps=steps, where=where, order=order, pick=pick, role=role, start=start)


def pay_with(source: str, *more: Filter) -> Program:
    """Returns the program that selects a payment method of the user."""
    steps = (*ME, Each(name="method", source=At(path=("user", "payment_methods"))))
    return rows(steps, eq("method", "source", value=source), *more, role="payment")


def by(
    program: int, *path: str | int, many: bool = False, provenance: str = "evidence", aggregate: str = "none"
) -> Source:
    """Returns the source of an argument that a program gives."""
    bind = Bind(program=program, column=path, many=many, aggregate=aggregate)  # type: ignore[arg-type]
    return Source(provenance=provenance, bind=bind)  # type: ignore[arg-type]


def said(fact: str) -> Source:
    """Returns the source of an argument that the user states."""
    return Source(provenance="user", fact=fact)


NO_PROOF = Proof(reads=(), reachable=(), clauses=(), lower=0, upper=0, plausible=0)


def request(
    kind: str,
    tool: str | None,
    sources: dict[str, Source],
    programs: tuple[Program, ...],
    facts: Mapping[str, Json],
    refusal: Refusal | None = None,
) -> Request:
    """Returns a request with the arguments that its sources give."""
    selection = run(programs, facts, read)
    arguments: dict[str, Json] = {}
    for name, source in sources.items():
        arguments[name] = facts[source.fact] if source.fact else bound(source.bind, programs, selection)  # type: ignore[arg-type]
    communicate = (arguments["answer"],) if kind == "answer" else ()
    return Request(
        kind=kind,  # type: ignore[arg-type]
        tool=tool,
        arguments=arguments,
        sources=sources,
        programs=programs,
        proof=NO_PROOF,
        communicate=communicate,
        refusal=refusal,
    )


Part = Callable[[Mapping[str, Json]], Request]


def task(
    kind: Kind, *parts: Part, knowledge: tuple[Knowledge, ...] = (), identity: tuple[Knowledge, ...] = IDENTITY
) -> Task:
    """Returns a task of these requests."""
    known = (*identity, *knowledge)
    facts = {entry.name: entry.value for entry in known}
    requests = tuple(part(facts) for part in parts)
    writes = sum(1 for r in requests if r.kind == "write")
    spec = TaskSpec(id="spec", domain="retail", kind=kind, num_writes=writes, burden=1, seed=1, number=0)
    return Task(
        id=content_id("task", facts, [r.arguments for r in requests], [len(r.programs) for r in requests]),
        spec=spec,
        domain="retail",
        world_digest="",
        kind=kind,
        split="train",
        principal=PRINCIPAL,
        knowledge=known,
        requests=requests,
        precedence=(),
        num_writes=writes,
        burden=1,
        plausible_burden=1,
        union_reads=0,
        initial_digest="",
        goal_digest="",
    )


def known(name: str, value: Json, type_: str) -> Knowledge:
    """Returns a thing that the user knows beside who they are."""
    return Knowledge(name=name, value=value, type=type_)


RETURN = "return_delivered_order_items"
EXCHANGE = "exchange_delivered_order_items"
CANCEL = "cancel_pending_order"
SWAP = "modify_pending_order_items"
SHIP = "modify_pending_order_address"
PAY = "modify_pending_order_payment"
MOVE = "modify_user_address"
PARTS = ("address1", "address2", "city", "state", "country", "zip")

ORDER_ID = by(0, "order", "order_id")
ITEM_IDS = by(0, "item", "item_id", many=True)
NEW_IDS = by(1, "variant", "item_id", many=True)
TO_PAYMENT_1 = by(1, "method", "id", provenance="read")
TO_PAYMENT_2 = by(2, "method", "id", provenance="read")
ORIGINAL = by(0, "order", "payment_history", 0, "payment_method_id", provenance="read")
WHY = (known("r0.reason", "no longer needed", "cancel_reason"),)
PRICE_DOWN = (key("item", "price", descending=True),)
PRICE_UP = (key("variant", "price"),)
GIFT_CARD, PAYPAL = pay_with("gift_card"), pay_with("paypal")
VISA = pay_with("credit_card", eq("method", "brand", value="visa"), eq("method", "last_four", value="3546"))


def part(
    kind: str, tool: str | None, sources: dict[str, Source], *programs: Program, refusal: Refusal | None = None
) -> Part:
    """Returns a request that still waits for the task's facts."""
    return lambda facts: request(kind, tool, sources, programs, facts, refusal)


def named(name: str) -> Filter:
    """Returns the filter for items of a product."""
    return eq("item", "name", value=name)


def option(binding: str, name: str, value: str) -> Filter:
    """Returns the filter for an option's value."""
    return eq(binding, "options", name, value=value)


BEST_DELIVERED = rows(MY_ITEMS, DELIVERED, order=PRICE_DOWN, pick="first")
MY_CHAIR = rows(MY_ITEMS, named("Office Chair"))
CHEAPEST_BLACK = rows(
    VARIANTS,
    AVAILABLE,
    option("variant", "color", "black"),
    ANOTHER,
    order=PRICE_UP,
    pick="first",
    role="target",
    start=0,
)
CHEAPEST_EACH = rows(VARIANTS, AVAILABLE, ANOTHER, order=PRICE_UP, pick="each", role="target", start=0)
VERSIONS_OF_MINE = (*MY_ITEMS, *VARIANTS)
BEST_OF_ALL_VERSIONS = rows(
    VERSIONS_OF_MINE,
    PENDING,
    AVAILABLE,
    ANOTHER,
    order=(key("variant", "price", descending=True),),
    pick="first",
)
CHEAPEST_OF_ALL_VERSIONS = rows(VERSIONS_OF_MINE, DELIVERED, AVAILABLE, ANOTHER, order=PRICE_UP, pick="first")
WITH_CAMERA = rows(MY_ITEMS, named("Action Camera"))
TOP_PENDING = rows(
    MY_ORDERS, PENDING, order=(key("order", "payment_history", 0, "amount", descending=True),), pick="first"
)
EXCHANGE_SOURCES = {
    "order_id": ORDER_ID,
    "item_ids": ITEM_IDS,
    "new_item_ids": NEW_IDS,
    "payment_method_id": TO_PAYMENT_2,
}
JOINT_SOURCES = {
    **EXCHANGE_SOURCES,
    "new_item_ids": by(0, "variant", "item_id", many=True),
    "payment_method_id": TO_PAYMENT_1,
}
RETURN_SOURCES = {"order_id": ORDER_ID, "item_ids": ITEM_IDS, "payment_method_id": TO_PAYMENT_1}
CANCEL_SOURCES = {"order_id": ORDER_ID, "reason": said("r0.reason")}
MY_ORDER = (known("r0.order_id", "#W7678072", "order_id"),)
NEW_HOME = tuple(
    known(f"r0.{name}", value, name)
    for name, value in zip(PARTS, ("77 Hill Road", "Apt 4", "Austin", "TX", "USA", "78701"), strict=True)
)


def address_of(program: int, *path: str) -> dict[str, Source]:
    """Returns the sources of the six parts of an address that a program gives."""
    return {name: by(program, *path, "address", name, provenance="read") for name in PARTS}


def tasks() -> dict[str, Task]:
    """Returns the sample tasks by name."""
    stated = {name: said(f"r0.{name}") for name in PARTS}
    in_named = named_order("r0.order_id")
    items_in = (*in_named, Each(name="item", source=At(path=("order", "items"))))
    all_swapped = rows(items_in, pick="all")
    two_keys = (key("item", "price", descending=True), key("order", "payment_history", 0, "amount"))
    profile = rows(ME, role="object")
    fact_list = (
        Each(name="order_id", source=Fact(name="r0.orders")),
        Call(name="order", tool="get_order_details", arguments={"order_id": At(path=("order_id",))}),
    )
    three = (known("r0.orders", ["#W4817420", "#W7678072"], "order_id"),)
    answer = "answer"
    return {
        "return_best_delivered": task("read_heavy", part("write", RETURN, RETURN_SOURCES, BEST_DELIVERED, GIFT_CARD)),
        "return_named_to_original": task(
            "read_heavy", part("write", RETURN, {**RETURN_SOURCES, "payment_method_id": ORIGINAL}, MY_CHAIR)
        ),
        "return_whole_order": task(
            "write_intensive",
            part("write", RETURN, {**RETURN_SOURCES, "payment_method_id": ORIGINAL}, rows(items_in, pick="all")),
            knowledge=(known("r0.order_id", "#W3113816", "order_id"),),
        ),
        "return_boots_from_order": task(
            "read_heavy",
            part("write", RETURN, RETURN_SOURCES, rows(items_in, named("Hiking Boots")), VISA),
            knowledge=(known("r0.order_id", "#W1150033", "order_id"),),
        ),
        "exchange_cheapest_black": task(
            "read_heavy", part("write", EXCHANGE, EXCHANGE_SOURCES, MY_CHAIR, CHEAPEST_BLACK, PAYPAL)
        ),
        "swap_best_of_all_versions": task(
            "read_heavy", part("write", SWAP, JOINT_SOURCES, BEST_OF_ALL_VERSIONS, GIFT_CARD)
        ),
        "exchange_cheapest_of_all_versions": task(
            "read_heavy",
            part("write", EXCHANGE, {**JOINT_SOURCES, "payment_method_id": ORIGINAL}, CHEAPEST_OF_ALL_VERSIONS),
        ),
        "swap_every_item": task(
            "read_heavy",
            part("write", SWAP, EXCHANGE_SOURCES, all_swapped, CHEAPEST_EACH, GIFT_CARD),
            knowledge=MY_ORDER,
        ),
        "swap_one_of_order": task(
            "read_heavy",
            part(
                "write",
                SWAP,
                EXCHANGE_SOURCES,
                rows(items_in, named("T-Shirt"), option("item", "color", "black")),
                rows(VARIANTS, AVAILABLE, ANOTHER, order=PRICE_UP, pick="first", role="target", start=0),
                VISA,
            ),
            knowledge=MY_ORDER,
        ),
        "return_two_keys": task(
            "read_heavy",
            part("write", RETURN, RETURN_SOURCES, rows(MY_ITEMS, DELIVERED, order=two_keys, pick="first"), GIFT_CARD),
        ),
        "cancel_with_dearest_item": task(
            "read_heavy",
            part("write", CANCEL, CANCEL_SOURCES, rows(MY_ITEMS, PENDING, order=PRICE_DOWN, pick="first")),
            knowledge=WHY,
        ),
        "cancel_with_camera": task("read_heavy", part("write", CANCEL, CANCEL_SOURCES, WITH_CAMERA), knowledge=WHY),
        "cancel_best_pending": task(
            "read_heavy",
            part("write", CANCEL, CANCEL_SOURCES, TOP_PENDING),
            knowledge=(known("r0.reason", "ordered by mistake", "cancel_reason"),),
        ),
        "cancel_named": task(
            "write_intensive",
            part("write", CANCEL, {"order_id": said("r0.order_id"), "reason": said("r0.reason")}),
            knowledge=(*MY_ORDER, *WHY),
        ),
        "cancel_cheapest_of_named": task(
            "read_heavy",
            part(
                "write",
                CANCEL,
                CANCEL_SOURCES,
                rows(fact_list, order=(key("order", "payment_history", 0, "amount"),), pick="first"),
            ),
            knowledge=(*three, *WHY),
        ),
        "ship_to_default": task(
            "read_heavy",
            part("write", SHIP, {"order_id": ORDER_ID, **address_of(1, "user")}, WITH_CAMERA, rows(ME, role="address")),
        ),
        "ship_to_stated": task(
            "write_intensive",
            part("write", SHIP, {"order_id": ORDER_ID, **stated}, WITH_CAMERA),
            knowledge=NEW_HOME,
        ),
        "ship_to_other_order": task(
            "read_heavy",
            part(
                "write",
                SHIP,
                {"order_id": ORDER_ID, **address_of(1, "order")},
                TOP_PENDING,
                rows(MY_ITEMS, named("T-Shirt"), option("item", "color", "purple"), role="address"),
            ),
        ),
        "pay_named_with_visa": task(
            "write_intensive",
            part("write", PAY, {"order_id": said("r0.order_id"), "payment_method_id": by(0, "method", "id")}, VISA),
            knowledge=MY_ORDER,
        ),
        "pay_best_with_paypal": task(
            "read_heavy",
            part("write", PAY, {"order_id": ORDER_ID, "payment_method_id": TO_PAYMENT_1}, TOP_PENDING, PAYPAL),
        ),
        "move_home": task(
            "write_intensive",
            part("write", MOVE, {"user_id": by(0, "user_id", provenance="read"), **stated}, profile),
            knowledge=NEW_HOME,
        ),
        "move_to_order_address": task(
            "read_heavy",
            part(
                "write",
                MOVE,
                {"user_id": by(0, "user", "user_id", provenance="read"), **address_of(1, "order")},
                profile,
                rows(MY_ORDERS, eq("order", "status", value="processed"), role="address"),
            ),
        ),
        "count_in_stock": task(
            "information",
            part(
                "answer",
                None,
                {answer: by(0, "variant", "item_id", aggregate="count")},
                rows(product_variants("T-Shirt"), AVAILABLE, pick="all"),
            ),
        ),
        "price_of_cheapest": task(
            "information",
            part(
                "answer",
                None,
                {answer: by(0, "variant", "price")},
                rows(
                    product_variants("Office Chair"),
                    AVAILABLE,
                    option("variant", "color", "black"),
                    order=PRICE_UP,
                    pick="first",
                ),
            ),
        ),
        "price_of_my_version": task(
            "information",
            part(
                "answer",
                None,
                {answer: by(1, "variant", "price")},
                MY_CHAIR,
                rows(VARIANTS, AVAILABLE, ANOTHER, order=PRICE_UP, pick="first", role="target", start=0),
            ),
        ),
        "tracking": task(
            "information",
            part(
                "answer",
                None,
                {answer: by(0, "order", "fulfillments", 0, "tracking_id", 0)},
                rows(MY_ITEMS, named("Office Chair")),
            ),
        ),
        "spent_on_delivered": task(
            "information",
            part(
                "answer",
                None,
                {answer: by(0, "order", "payment_history", 0, "amount", aggregate="sum")},
                rows(MY_ORDERS, DELIVERED, pick="all"),
            ),
        ),
        "balance": task(
            "information",
            part("answer", None, {answer: by(0, "method", "balance")}, pay_with("gift_card")),
        ),
        "two_requests": task(
            "mixed",
            part("write", RETURN, RETURN_SOURCES, BEST_DELIVERED, GIFT_CARD),
            part("write", CANCEL, {"order_id": by(0, "order", "order_id"), "reason": said("r1.reason")}, WITH_CAMERA),
            part(
                "answer",
                None,
                {answer: by(0, "variant", "item_id", aggregate="count")},
                rows(product_variants("Laptop"), AVAILABLE, pick="all"),
            ),
            knowledge=(known("r1.reason", "ordered by mistake", "cancel_reason"),),
        ),
        "refuse_cancel_processed": task(
            "must_refuse",
            part(
                "refuse",
                CANCEL,
                CANCEL_SOURCES,
                rows(MY_ITEMS, named("T-Shirt"), option("item", "color", "purple")),
                refusal=Refusal(rule="tool_error", detail="Non-pending order cannot be cancelled"),
            ),
            knowledge=WHY,
        ),
        "refuse_out_of_scope": task(
            "must_refuse",
            part("refuse", None, {}, refusal=Refusal(rule="out_of_scope", detail="", transfer=True, request="reorder")),
        ),
    }


TASKS = tasks()
