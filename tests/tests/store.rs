//! The store's contract: every case runs on SQLite and on a real PostgreSQL.

#[path = "store/given.rs"]
mod given;

#[path = "store/administrators.rs"]
mod administrators;
#[path = "store/audit.rs"]
mod audit;
#[path = "store/catalogue.rs"]
mod catalogue;
#[path = "store/encrypted.rs"]
mod encrypted;
#[path = "store/entering.rs"]
mod entering;
#[path = "store/handling.rs"]
mod handling;
#[path = "store/identity.rs"]
mod identity;
#[path = "store/lists.rs"]
mod lists;
#[path = "store/outbox.rs"]
mod outbox;
#[path = "store/rollups.rs"]
mod rollups;
#[path = "store/runs.rs"]
mod runs;
#[path = "store/schema.rs"]
mod schema;
#[path = "store/secrets.rs"]
mod secrets;
#[path = "store/sent.rs"]
mod sent;
#[path = "store/told.rs"]
mod told;
#[path = "store/upkeep.rs"]
mod upkeep;
#[path = "store/windows.rs"]
mod windows;

/// Makes two tests of each case: one per engine.
macro_rules! on_both_engines {
    ($($module:ident: $($case:ident)*;)*) => { $(
        mod $module {
            mod sqlite { $(
                #[tokio::test]
                async fn $case() {
                    crate::$module::$case(&crate::given::Given::sqlite().await).await;
                }
            )* }
            mod postgres { $(
                #[tokio::test]
                async fn $case() {
                    crate::$module::$case(&crate::given::Given::postgres().await).await;
                }
            )* }
        }
    )* };
}

mod engines {
    on_both_engines! {
        catalogue:
            what_is_put_is_loaded
            keys_are_ordered_byte_by_byte
            all_writes_or_none
            who_writes_the_catalogue_moves_its_revision
            retired_things_come_back_by_their_slug
            who_could_send_before_it_was_retired_cannot_under_its_next_slug
            a_rename_keeps_the_row_and_is_followed
            owner_department_tier_and_lifecycle_are_dated
            a_ping_key_once_given_stays
            baselines_are_versioned;
        windows:
            a_window_comes_back_until_it_is_retired
            a_window_that_is_changed_tells_what_it_was
            a_slug_is_free_again_once_its_window_is_retired
            a_window_that_never_held_is_not_remembered
            a_window_moves_to_the_catalogue_that_says_the_same
            a_window_follows_what_is_renamed
            a_window_is_written_with_all_beside_it_or_not;
        handling:
            what_was_done_comes_back_until_it_is_taken_back
            what_was_done_outlives_edits_and_a_restart
            what_was_done_and_its_entry_are_one
            what_goes_is_forgotten;
        runs:
            a_run_comes_back_as_it_was
            a_bare_run_comes_back_as_it_was
            every_batch_size_binds_what_it_names
            what_was_let_alone_or_explained_says_so_wherever_it_is_read
            texts_survive_whatever_they_hold
            the_ends_of_i64_survive
            numbers_that_are_not_finite_are_left_out
            a_replayed_batch_writes_nothing_twice
            a_promise_is_missed_once
            the_last_state_of_a_batch_wins
            a_bad_row_is_named;
        sent:
            the_same_again_is_the_stored_run
            other_content_clashes_and_takes_its_whole_group_with_it
            a_clash_within_a_group_is_seen
            groups_of_one_batch_see_each_other
            a_running_run_is_completed_and_keeps_its_id
            a_late_word_of_the_beginning_changes_nothing
            a_business_key_counts_once
            keys_belong_to_an_integration
            many_keys_are_looked_up_at_once;
        lists:
            each_filter_leaves_what_it_names
            pages_go_on_where_starts_are_equal
            searches_take_signs_as_they_are_and_letters_of_either_case
            the_last_good_run_and_the_stretch_since
            figures_are_of_the_subject_and_the_time
            the_newest_verdict_of_each_probe
            what_failed_in_maintenance_is_no_verdict;
        rollups:
            a_rollup_comes_back_as_it_was_and_is_replaced_as_a_whole
            every_number_of_rollups_is_written
            sums_are_bigints_grouped_by_subject
            units_are_read_by_hour_and_by_day
            marks_made_meanwhile_are_not_cleared
            every_number_of_marks_is_cleared;
        upkeep:
            retention_deletes_a_thousand_at_a_time
            retention_keeps_what_is_younger_or_not_named
            two_stores_share_one_database
            readers_read_while_a_writer_writes
            everything_is_there_after_reopening
            two_that_open_at_once_both_find_the_tables
            settings_are_kept
            nothing_prints_a_password;
        identity:
            a_person_comes_back_as_written
            an_email_is_one_person_however_it_is_written
            a_subject_at_a_provider_is_one_person
            who_is_disabled_is_out
            another_password_ends_what_the_old_one_opened
            a_password_by_a_link_ends_sessions_and_revokes_tokens
            a_link_is_used_once
            a_link_opens_what_it_is_for_while_it_may;
        administrators:
            the_last_active_administrator_stays
            who_sees_a_part_does_not_count
            nobody_becomes_an_administrator_with_a_scope
            two_who_demote_each_other_do_not_both_succeed
            the_first_administrator_is_set_up_once;
        entering:
            a_session_holds_until_it_idles_or_ends
            a_session_notes_its_use_once_a_minute
            sessions_are_ended_one_or_all_but_nobody_elses
            a_token_opens_until_it_is_revoked_or_expired
            a_token_is_of_a_person_or_of_an_integration
            a_provider_vouches_at_a_sign_in_and_at_nothing_else
            who_is_shut_out_loses_sessions_and_tokens_at_once
            old_sessions_and_links_are_deleted;
        audit:
            entries_are_chained
            a_write_and_its_entry_are_one
            what_was_not_done_is_not_told
            a_change_of_a_person_is_told_as_it_was_made
            each_filter_leaves_what_it_names
            pages_go_on
            all_entries_come_in_their_order
            what_is_hashed_is_what_is_read
            two_stores_add_to_one_chain
            an_end_that_was_taken_away_leaves_a_gap;
        secrets:
            a_secret_comes_back_until_it_is_deleted
            another_value_takes_the_place
            what_is_put_is_sealed_knowing_what_is_there_or_not_at_all
            all_are_sealed_anew_or_none
            a_secret_put_meanwhile_is_not_lost;
        outbox:
            a_notice_comes_out_as_it_went_in
            a_change_is_told_once_to_each_channel
            what_is_out_is_given_to_nobody_else_until_its_lease_ends
            marks_are_kept_and_only_what_waits_is_taken_again
            what_comes_later_in_a_change_waits_for_what_came_before
            channels_are_due_from_their_first_notice_on
            several_nodes_take_each_notice_once
            what_waits_is_there_after_reopening
            a_notice_that_cannot_be_read_stands_in_nobodys_way
            old_notices_are_deleted_once_they_are_settled;
        told:
            what_was_told_comes_back_until_it_is_over
            what_is_told_and_that_it_was_told_are_one
            the_same_told_again_changes_nothing
            what_was_told_is_there_after_reopening
            many_are_told_at_once
            the_last_of_several_words_says_what_was_told
            nothing_is_told_of_what_is_retired;
        schema:
            every_migration_runs_over_rows;
    }
}
