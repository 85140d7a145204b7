from __future__ import annotations

from schemas.base import Json
from schemas.program import At, Bind, Call, Fact, Program
from schemas.task import Request, Source
from stages.generate_tasks.assemble import NO_PROOF
from stages.generate_tasks.ground import Ground
from stages.generate_tasks.precedence import disturbed, precedence
from tool_specs.programs import run

ADDRESS = ("address1", "address2", "city", "state", "country", "zip")
PROFILE = Program(
    steps=(
        Call(name="who", tool="find_user_id_by_email", arguments={"email": Fact(name="email")}),
        Call(name="profile", tool="get_user_details", arguments={"user_id": At(path=("who",))}),
    ),
    role="address",
)


def write(tool: str, arguments: dict[str, Json], **binds: Bind) -> Request:
    """A write whose other arguments somebody states."""
    sources = {name: Source(provenance="user", fact=name) for name in arguments.keys() - binds.keys()}
    sources |= {name: Source(provenance="read", bind=bind) for name, bind in binds.items()}
    return Request(kind="write", tool=tool, arguments=arguments, sources=sources, programs=(PROFILE,), proof=NO_PROOF)


def test_the_default_address_is_the_one_given_before(ground: Ground) -> None:
    tables = ground.sandbox.world.tables
    order = next(o for o in tables["orders"].values() if o["status"] == "pending")
    person = order["user_id"]
    new = {"address1": "4 Elm Row", "address2": "", "city": "Austin", "state": "TX", "country": "USA", "zip": "78701"}
    move = write("modify_user_address", {"user_id": person, **new}, user_id=Bind(program=0, column=("who",)))
    facts = {**ground.facts_of(person), **move.arguments, "order_id": order["order_id"]}
    home = run((PROFILE,), facts, ground.reader).picked[0][0]["profile"]["address"]
    binds = {name: Bind(program=0, column=("profile", "address", name)) for name in ADDRESS}
    send = write("modify_pending_order_address", {"order_id": order["order_id"], **home}, **binds)

    assert disturbed(ground, [move], send, facts)
    assert not disturbed(ground, [send], move, facts)
    fork = ground.sandbox.fork()
    for request in (send, move):
        assert not fork.call(str(request.tool), request.arguments).error
    assert precedence(ground, [send, move], fork.digest(), facts) == ((0, 1),)
