// What the books and the engine say of the same things, compared.
#pragma once

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "engine/engine.hpp"
#include "ledger/ledger.hpp"
#include "ledger/views.hpp"
#include "saved_pages.hpp"

namespace trade::ledger::test {

/// What differs between two views of an order; empty: nothing.
inline std::string difference(const OrderView& engine, const OrderView& books) {
  std::string text;
  const auto compare = [&text](const char* field, const auto& left, const auto& right) {
    if (left != right) text += std::string(" ") + field;
  };
  compare("id", engine.id, books.id);
  compare("client_order_id", engine.client_order_id, books.client_order_id);
  compare("account", engine.account, books.account);
  compare("symbol", engine.symbol, books.symbol);
  compare("type", engine.type, books.type);
  compare("side", engine.side, books.side);
  compare("time_in_force", engine.time_in_force, books.time_in_force);
  compare("status", engine.status, books.status);
  compare("quantity", engine.quantity, books.quantity);
  compare("limit_price", engine.limit_price, books.limit_price);
  compare("stop_price", engine.stop_price, books.stop_price);
  compare("filled_quantity", engine.filled_quantity, books.filled_quantity);
  compare("filled_notional", engine.filled_notional, books.filled_notional);
  compare("reject_reason", engine.reject_reason, books.reject_reason);
  compare("cancel_reason", engine.cancel_reason, books.cancel_reason);
  compare("created_at", engine.created_at, books.created_at);
  compare("updated_at", engine.updated_at, books.updated_at);
  compare("instructions", engine.instructions, books.instructions);
  compare("reference_price", engine.reference_price, books.reference_price);
  compare("link", engine.link, books.link);
  compare("venue", engine.venue, books.venue);
  compare("venue_state", engine.venue_state, books.venue_state);
  compare("venue_order_id", engine.venue_order_id, books.venue_order_id);
  EXPECT_EQ(engine == books, text.empty()) << "a field is not compared";
  return text;
}

/// Returns how many orders were compared. Those that are not in memory are looked at in `source`.
inline std::uint64_t compare_orders(const Engine& engine, const Ledger& ledger, OrderId newest,
                                    OrderPageSource* source = nullptr) {
  std::uint64_t compared = 0;
  for (OrderId id{1}; id <= newest; ++id.value) {
    const auto sight = ledger.orders().look(id, source);
    const bool seen = sight && *sight;
    EXPECT_TRUE(seen) << "order " << id.value;
    const auto order = engine.order(id);
    // The engine keeps nothing of a refused duplicate.
    if (!order || !seen) continue;
    ++compared;
    EXPECT_EQ(difference(*order, order_view(ledger, **sight)), "") << "order " << id.value;
  }
  return compared;
}

/// The same, of the ledger as it comes back from its pages, of this layout and of the one before: in memory,
/// and read where they were saved.
inline void compare_reloaded_orders(const Engine& engine, Ledger& ledger, OrderId newest) {
  SavedPages saved;
  saved.save(ledger);
  for (SavedPages pages : {saved, saved_in_layout_before(saved)}) {
    auto loaded = pages.load();
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_GT(compare_orders(engine, *loaded, newest), 0U);
    auto left_saved = pages.load({}, pages.reader());
    ASSERT_TRUE(left_saved) << left_saved.error().message;
    EXPECT_EQ(left_saved->orders().pages_in_memory(), 1U);  // the last, which goes on
    EXPECT_GT(compare_orders(engine, *left_saved, newest, &pages), 0U);
  }
}

inline void compare_holdings(const Engine& engine, const Ledger& ledger) {
  ASSERT_EQ(engine.account_count(), ledger.account_count());
  for (std::uint32_t number = 1; number <= engine.account_count(); ++number) {
    const auto row = engine.holdings(AccountId{number});
    const auto books = holdings_view(ledger, {.after = {}, .limit = 1, .only = AccountId{number}});
    ASSERT_TRUE(row && books);
    const HoldingsRow& mine = books->rows.at(0);
    EXPECT_EQ(mine.name, row->name);
    EXPECT_EQ(mine.cash_balance, row->cash_balance) << row->name;
    EXPECT_EQ(mine.holdings, row->holdings) << row->name;
    EXPECT_EQ(mine.changed_at, row->changed_at) << row->name;
  }
  ASSERT_EQ(engine.symbol_count(), ledger.symbol_count());
  for (std::uint32_t number = 1; number <= engine.symbol_count(); ++number) {
    const auto symbol = engine.symbol(SymbolId{number});
    EXPECT_EQ(ledger.symbol(SymbolId{number})->last_price, symbol->last_price);
    EXPECT_EQ(ledger.symbol(SymbolId{number})->previous_close, symbol->previous_close);
  }
}

}  // namespace trade::ledger::test
