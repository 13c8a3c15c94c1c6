// What the commands' files give to the command table: each defines its arguments and returns what runs it.
#pragma once

#include "command.hpp"

namespace trade::cmd {

Handler define_up(CLI::App& app);
Handler define_down(CLI::App& app);
Handler define_status(CLI::App& app);
Handler define_doctor(CLI::App& app);

Handler define_account_open(CLI::App& app);
Handler define_account_list(CLI::App& app);
Handler define_account_show(CLI::App& app);
Handler define_account_deposit(CLI::App& app);
Handler define_account_withdraw(CLI::App& app);
Handler define_account_transfer_in(CLI::App& app);
Handler define_account_suspend(CLI::App& app);
Handler define_account_resume(CLI::App& app);
Handler define_account_limits(CLI::App& app);

Handler define_symbol_add(CLI::App& app);
Handler define_symbol_import(CLI::App& app);
Handler define_symbol_list(CLI::App& app);
Handler define_symbol_show(CLI::App& app);
Handler define_symbol_halt(CLI::App& app);
Handler define_symbol_resume(CLI::App& app);
Handler define_symbol_bands(CLI::App& app);
Handler define_symbol_borrow(CLI::App& app);

Handler define_route_add(CLI::App& app);
Handler define_route_list(CLI::App& app);
Handler define_route_remove(CLI::App& app);
Handler define_route_set(CLI::App& app);

Handler define_locate_grant(CLI::App& app);
Handler define_locate_revoke(CLI::App& app);
Handler define_locate_list(CLI::App& app);

Handler define_market_open(CLI::App& app);
Handler define_market_close(CLI::App& app);
Handler define_market_status(CLI::App& app);
Handler define_market_phase(CLI::App& app);
Handler define_kill_account(CLI::App& app);
Handler define_kill_symbol(CLI::App& app);
Handler define_kill_market(CLI::App& app);
Handler define_rules_show(CLI::App& app);
Handler define_rules_set(CLI::App& app);

Handler define_key_create(CLI::App& app);
Handler define_key_list(CLI::App& app);
Handler define_key_revoke(CLI::App& app);
Handler define_key_server(CLI::App& app);

Handler define_place(CLI::App& app);
Handler define_cancel(CLI::App& app);
Handler define_replace(CLI::App& app);
Handler define_order(CLI::App& app);
Handler define_orders(CLI::App& app);
Handler define_fills(CLI::App& app);
Handler define_wait(CLI::App& app);

Handler define_quote(CLI::App& app);
Handler define_depth(CLI::App& app);
Handler define_tape(CLI::App& app);
Handler define_bars(CLI::App& app);
Handler define_watch(CLI::App& app);
Handler define_events(CLI::App& app);

Handler define_portfolio(CLI::App& app);
Handler define_statement(CLI::App& app);
Handler define_export(CLI::App& app);
Handler define_reconcile(CLI::App& app);

Handler define_test(CLI::App& app);
Handler define_replay_itch(CLI::App& app);
Handler define_replay_journal(CLI::App& app);
Handler define_generate_itch(CLI::App& app);
Handler define_backup(CLI::App& app);
Handler define_restore(CLI::App& app);
Handler define_journal_verify(CLI::App& app);
Handler define_journal_dump(CLI::App& app);
Handler define_journal_scenario(CLI::App& app);
Handler define_journal_hash(CLI::App& app);
Handler define_journal_archive(CLI::App& app);
Handler define_journal_prune(CLI::App& app);

Handler define_bench_orders(CLI::App& app);
Handler define_bench_day(CLI::App& app);
Handler define_bench_feed(CLI::App& app);
Handler define_bench_soak(CLI::App& app);
Handler define_bench_fix(CLI::App& app);
Handler define_bench_engine(CLI::App& app);
Handler define_bench_book(CLI::App& app);

Handler define_log_level(CLI::App& app);
Handler define_reload(CLI::App& app);

Handler define_clock_show(CLI::App& app);
Handler define_clock_pause(CLI::App& app);
Handler define_clock_resume(CLI::App& app);
Handler define_clock_step(CLI::App& app);
Handler define_clock_set(CLI::App& app);
Handler define_clock_speed(CLI::App& app);

Handler define_fix_session_add(CLI::App& app);
Handler define_fix_session_list(CLI::App& app);
Handler define_fix_session_remove(CLI::App& app);

Handler define_config_show(CLI::App& app);
Handler define_config_get(CLI::App& app);
Handler define_config_set(CLI::App& app);
Handler define_config_check(CLI::App& app);
Handler define_config_sample(CLI::App& app);

Handler define_version(CLI::App& app);
Handler define_help(CLI::App& app);
Handler define_completion(CLI::App& app);
Handler define_complete(CLI::App& app);

}  // namespace trade::cmd
