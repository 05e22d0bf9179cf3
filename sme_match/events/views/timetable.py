"""The board of the timetable, the page that moves one meeting, undo and redo, and the workbook."""

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from sme_match.core.actor import Actor, Role
from sme_match.core.errors import ConflictError, DomainError, InvalidError
from sme_match.core.text import mark_text, normalize_width
from sme_match.events.blueprint import STAFF, blueprint
from sme_match.events.boards import Board, board_of, places_of, read_timetable
from sme_match.events.enums import ParticipantState
from sme_match.events.faults import name_of, slot_time
from sme_match.events.policy import is_buyer_shown, is_open, may_run
from sme_match.events.queries import get_event
from sme_match.events.queries.timetable import Timetable, list_changes
from sme_match.events.services.changing import pair_in
from sme_match.events.services.timetable import place, redo, set_locked, swap, undo, unplace
from sme_match.meetings.blueprint import current_site
from sme_match.tables.writing import Sheet, write_xlsx
from sme_match.web.access import allow
from sme_match.web.context import current_actor, current_session, current_time
from sme_match.web.errors import message_of, status_of
from sme_match.web.files import attachment
from sme_match.web.flashes import flash_done
from sme_match.web.routing import is_record_number

NO_ACTION = mark_text("何をするかを選んでください。")


@blueprint.get("/events/<int:event_id>/timetable")
@allow(*STAFF)
def timetable(event_id: int) -> str:
    """Show the board; `pick` names the meeting whose free places are shown."""
    session, actor, now = current_session(), current_actor(), current_time()
    event = get_event(session, actor, event_id, now=now)
    changes = may_run(actor, event) and is_open(event)
    found = read_timetable(session, actor, event)
    picked = request.args.get("pick", type=int) if changes else None
    undoable, redoable = list_changes(session, event) if changes else (None, None)
    return render_template(
        "events/timetable.html",
        event=event,
        board=board_of(found, picked=picked),
        may_change=changes,
        undoable=undoable,
        redoable=redoable,
        now=now,
    )


@blueprint.route("/events/<int:event_id>/candidates/<int:candidate_id>/move", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def move_candidate(event_id: int, candidate_id: int) -> str | Answer | tuple[str, int]:
    """Place, move, swap, take out or fix one meeting; the way without script and on phones."""
    error: DomainError | None = None
    if request.method == "POST":
        try:
            with current_session().begin_nested():
                said = _act(event_id, candidate_id)
        except (ConflictError, InvalidError) as refused:
            error = refused
        else:
            flash_done(said)
            board = url_for("events.timetable", event_id=event_id, _anchor=f"c{candidate_id}")
            return redirect(board)
    session, actor, now = current_session(), current_actor(), current_time()
    event = get_event(session, actor, event_id, now=now)
    found = read_timetable(session, actor, event)
    pair = pair_in(found, candidate_id)
    page = render_template(
        "events/move.html",
        event=event,
        pair=pair,
        shown=is_buyer_shown(actor, event, pair),
        buyer=found.participants[pair.buyer_id],
        sme=found.participants[pair.sme_id],
        aliases=found.aliases,
        cells=places_of(found, pair),
        present=found.placements.get(pair.id),
        others=_others(found, pair.buyer_id, pair.id),
        time_of=lambda slot_id: slot_time(found, slot_id),
        name_of=lambda part: name_of(found, part),
        may_change=may_run(actor, event) and is_open(event),
        error=message_of(error) if error else "",
    )
    return page if error is None else (page, status_of(error))


@blueprint.post("/events/<int:event_id>/timetable/undo")
@allow(Role.COORDINATOR)
def undo_change(event_id: int) -> Answer:
    """Take the latest change back."""
    return _back(event_id, again=False)


@blueprint.post("/events/<int:event_id>/timetable/redo")
@allow(Role.COORDINATOR)
def redo_change(event_id: int) -> Answer:
    """Do the latest undone change again."""
    return _back(event_id, again=True)


@blueprint.get("/events/<int:event_id>/timetable.xlsx")
@allow(*STAFF)
def timetable_xlsx(event_id: int) -> Response:
    """Give the timetable as a workbook: the grid, and a line per meeting."""
    session, actor, now = current_session(), current_actor(), current_time()
    event = get_event(session, actor, event_id, now=now)
    found = read_timetable(session, actor, event)
    data = write_xlsx([_grid_sheet(board_of(found)), _list_sheet(found, actor)])
    return attachment(data, _("時間割"), "xlsx")


def _act(event_id: int, candidate_id: int) -> str:
    session, actor, now, site = current_session(), current_actor(), current_time(), current_site()
    form = request.form
    seen = form.get("seen", type=int)
    action = form.get("action", "place")
    if action == "place":
        place(
            session, actor, event_id, candidate_id,
            slot_id=form.get("slot", type=int), seen_slot=seen,
            buyer_lane=form.get("lane", type=int), now=now, site=site,
        )  # fmt: skip
        return str(_("割り当てました。") if seen is None else _("移しました。"))
    if action == "unplace":
        unplace(
            session, actor, event_id, candidate_id,
            seen_slot=seen, reason=normalize_width(form.get("reason", ""))[:300], now=now, site=site,
        )  # fmt: skip
        return str(_("未割り当てに戻しました。"))
    if action == "swap":
        other, _sep, other_slot = form.get("other", "").partition("-")
        if not (is_record_number(other) and is_record_number(other_slot)):
            raise InvalidError(mark_text("入れ替える商談を選んでください。"))
        swap(
            session, actor, event_id, (candidate_id, int(other)),
            seen_slots=(seen, int(other_slot)), now=now, site=site,
        )  # fmt: skip
        return str(_("入れ替えました。"))
    if action in {"lock", "unlock"}:
        locked = action == "lock"
        set_locked(
            session, actor, event_id, candidate_id,
            locked=locked, seen_slot=seen, now=now, site=site,
        )  # fmt: skip
        return str(_("固定しました。") if locked else _("固定を外しました。"))
    raise InvalidError(NO_ACTION)


def _back(event_id: int, *, again: bool) -> Answer:
    act = redo if again else undo
    act(
        current_session(),
        current_actor(),
        event_id,
        change_id=request.form.get("change", 0, type=int),
        now=current_time(),
        site=current_site(),
    )
    flash_done(_("やり直しました。") if again else _("元に戻しました。"))
    return redirect(url_for("events.timetable", event_id=event_id))


def _others(found: Timetable, buyer_id: int, candidate_id: int) -> list[tuple[str, str, str]]:
    """Return the other meetings of the buyer, with what the form sends, the time and the partner."""
    mine = [
        placed
        for placed in found.placements.values()
        if placed.buyer_id == buyer_id and placed.candidate_id != candidate_id
    ]
    order = list(found.slots)
    return [
        (
            f"{placed.candidate_id}-{placed.slot_id}",
            slot_time(found, placed.slot_id),
            name_of(found, found.participants[placed.sme_id]),
        )
        for placed in sorted(mine, key=lambda each: order.index(each.slot_id))
    ]


def _grid_sheet(board: Board) -> Sheet:
    return Sheet(
        _("時間割"),
        [_("委託側"), *(column.time for column in board.columns)],
        [
            [row.name, *(cell.sme or (_("不可") if cell.away else "") for cell in row.cells)]
            for row in board.rows
        ],
    )


def _list_sheet(found: Timetable, actor: Actor) -> Sheet:
    order = {slot_id: index for index, slot_id in enumerate(found.slots)}
    lines = sorted(found.placements.values(), key=lambda each: (order[each.slot_id], each.buyer_id))
    rows: list[list[str]] = []
    for line in lines:
        buyer, sme = (found.participants[side] for side in (line.buyer_id, line.sme_id))
        rows.append(
            [
                slot_time(found, line.slot_id),
                found.aliases.get(buyer.id) or buyer.company.name,
                found.aliases.get(sme.id) or sme.company.name,
                _need_title(found, actor, line.candidate_id),
                "" if sme.id in found.aliases else sme.attendee,
                "" if sme.state is ParticipantState.ACCEPTED else _("参加していません"),
            ]
        )
    return Sheet(
        _("商談の一覧"),
        [_("時間"), _("委託側"), _("受託側"), _("案件"), _("当日の出席者"), _("備考")],
        rows,
    )


def _need_title(found: Timetable, actor: Actor, candidate_id: int) -> str:
    pair = found.candidates[candidate_id]
    if pair.need is None:
        return ""
    return pair.need.title if is_buyer_shown(actor, found.event, pair) else _("（非公開）")
