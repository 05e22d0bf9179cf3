"""Who may open what: the rules of access, written down a second time and apart from the views.

A view whose rule differs from what stands here fails a test, and so does one that is missing; the
crawler holds the answers of the service against this list.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sme_match.core.actor import Role

_WRITTEN: Mapping[frozenset[Role], str] = MappingProxyType(
    {
        frozenset({Role.ADMINISTRATOR}): """
            accounts.edit statistics.create_imported statistics.edit_imported
            statistics.export_year_of_all statistics.imported statistics.remove_imported
            statistics.year_of_all statistics.year_of_all_records support_bodies.activate
            support_bodies.create support_bodies.deactivate support_bodies.index
        """,
        frozenset({Role.ADMINISTRATOR, Role.COORDINATOR}): """
            accounts.create accounts.disable accounts.enable accounts.index accounts.reinvite
            accounts.show registers.apply registers.choose registers.errors registers.show
            registers.template registers.undo
        """,
        frozenset({Role.ADMINISTRATOR, Role.COORDINATOR, Role.LEAD}): """
            accounts.confirm_second_factor accounts.renew_recovery_codes accounts.second_factor
            accounts.start_second_factor accounts.stop_second_factor registers.export
            statistics.definitions statistics.official statistics.years support_bodies.edit
            thesaurus.decide thesaurus.entry thesaurus.index thesaurus.proposals thesaurus.reopen
            thesaurus.show thesaurus.withdraw
        """,
        frozenset({Role.ADMINISTRATOR, Role.COORDINATOR, Role.LEAD, Role.SME}): """
            accounts.account accounts.change_password accounts.end_other_sessions accounts.sign_out
            home.index home.waiting
        """,
        frozenset({Role.ADMINISTRATOR, Role.LEAD}): """
            accounts.reset_second_factor accounts.second_factors privacy.copy privacy.lift
            privacy.people privacy.person privacy.stop
        """,
        frozenset({Role.COORDINATOR}): """
            companies.archive companies.create companies.restore companies.shares companies.withdraw
            events.add events.answer_for events.apply_for events.apply_timetable_run
            events.ask_buyer events.cancel events.check_in events.choose_company events.create
            events.day events.decide events.decide_pair events.edit events.fill_in events.invite
            events.mark_side events.move_candidate events.page_link events.propose
            events.publish_timetable events.redo_change events.stop_timetable_run events.substitute
            events.switch_way events.undo_change matching.accept_need matching.accept_prime
            matching.company_exclusions matching.decide matching.need_exclusions matching.reject
            matching.restore matching.run matching.undo matching.unwatch matching.watch
            matching.watches matching.withdraw meetings.cancel meetings.choose meetings.create
            meetings.move meetings.offer meetings.place meetings.reply_for needs.close needs.create
            needs.edit needs.publish needs.reopen needs.share needs.unpublish needs.unshare
            outcomes.attend outcomes.close
        """,
        frozenset({Role.COORDINATOR, Role.LEAD}): """
            companies.index events.candidates events.history events.participant events.participants
            events.runs events.show_run events.timetable events.timetable_xlsx home.delete_view
            home.find home.save_view matching.company_needs matching.history matching.index
            matching.points matching.questions matching.reset_points matching.review matching.runs
            matching.scores matching.search matching.sheet matching.similar matching.train_points
            matching.use_learned_points meetings.history needs.index needs.show outcomes.document
            outcomes.past_buyers statistics.concentration statistics.demand statistics.evaluated
            statistics.evaluation statistics.export statistics.export_evaluation
            statistics.export_published statistics.export_records statistics.export_refusals
            statistics.export_year statistics.export_year_records statistics.index
            statistics.records statistics.refusals statistics.region statistics.year
            statistics.year_records support_bodies.mine thesaurus.edit thesaurus.propose
        """,
        frozenset({Role.COORDINATOR, Role.LEAD, Role.SME}): """
            capabilities.history companies.history companies.municipalities companies.show
            events.calendar events.index events.show meetings.calendar meetings.index meetings.show
            meetings.subscribe meetings.subscription meetings.unsubscribe outcomes.index
            outcomes.show privacy.answer privacy.purpose
        """,
        frozenset({Role.COORDINATOR, Role.SME}): """
            capabilities.archive capabilities.create capabilities.edit capabilities.restore
            companies.confirm companies.create_certificate companies.create_contact companies.edit
            companies.edit_certificate companies.edit_contact companies.remove_certificate
            companies.remove_contact outcomes.advice outcomes.report
        """,
        frozenset({Role.LEAD}): """
            home.switch_digest privacy.affected privacy.affected_file privacy.disclosures
            privacy.opened privacy.purposes privacy.retention statistics.close statistics.targets
        """,
        frozenset({Role.SME}): """
            companies.my_profile companies.my_step events.apply events.mine events.room
            events.withdraw_own meetings.preparation meetings.reply
        """,
    }
)

ROLES: Mapping[str, frozenset[Role]] = MappingProxyType(
    {endpoint: roles for roles, endpoints in _WRITTEN.items() for endpoint in endpoints.split()}
)

_OPEN = """
    web.language web.health web.ready
    home.accessibility home.privacy home.contact
    accounts.sign_in accounts.enter_code
    accounts.accept accounts.request_reset accounts.reset
    meetings.reply_by_link meetings.preparation_by_link meetings.connection_test meetings.feed
    events.mine_by_link events.room_by_link events.calendar_by_link events.answer_by_link
    home.stop_digest
    outcomes.report_by_link outcomes.thanks
    notifications.index notifications.show
"""
ANYONE = frozenset(_OPEN.split())
"""Open without signing in: pages of the service, what signed links open (the link is the permission),
and the developers' mailbox, which does not exist in production."""
