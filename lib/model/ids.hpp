// Identifiers. The engine assigns the numeric ones densely from 1, so that a lookup is an array index;
// zero means "none".
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string_view>

#include "base/fixed_string.hpp"
#include "base/result.hpp"

namespace trade {

namespace detail {
/// One id type for each Tag, so that an account's number cannot be passed for a symbol's.
template <class Tag, class Integer>
struct Id {
  using integer_type = Integer;
  Integer value = 0;

  constexpr auto operator<=>(const Id&) const = default;
  constexpr explicit operator bool() const { return value != 0; }
};
}  // namespace detail

using AccountId = detail::Id<struct AccountTag, std::uint32_t>;
using SymbolId = detail::Id<struct SymbolTag, std::uint32_t>;
using OrderId = detail::Id<struct OrderTag, std::uint64_t>;
using TradeId = detail::Id<struct TradeTag, std::uint64_t>;
/// Another market that orders are routed to; zero: none, the suite's own book.
using VenueId = detail::Id<struct VenueTag, std::uint32_t>;
/// A connection of a client, as the gateway that holds it numbers it. Orders may be bound to one, to be
/// cancelled when it ends; zero: to none. No two gateways use the same number at one time.
using ClientSessionId = detail::Id<struct ClientSessionTag, std::uint64_t>;

/// Position of an event, dense from 1, over the whole life of a journal.
using Sequence = std::uint64_t;

/// An account's name, as people and scripts use it: 1 to 32 of [A-Za-z0-9._-].
using AccountName = FixedString<32>;
/// A security's ticker: 1 to 15 of [A-Z0-9.$=+*^#~-] (Nasdaq's symbology, both suffix conventions).
using Symbol = FixedString<15>;
/// A venue's name: 1 to 32 of [A-Za-z0-9._-], and not "internal", which stands for the suite's own book.
using VenueName = FixedString<32>;

/// The longest client order id in bytes (the limit of the broker APIs that clients already use).
constexpr std::size_t client_order_id_bytes_max = 128;
// The longest texts of a venue in bytes: its order ids, its execution ids, and what it says for people.
constexpr std::size_t venue_order_id_bytes_max = 64;
constexpr std::size_t execution_id_bytes_max = 64;
constexpr std::size_t venue_text_bytes_max = 128;

Result<AccountName> parse_account_name(std::string_view text);
/// Lower-case letters are taken as upper-case.
Result<Symbol> parse_symbol(std::string_view text);
/// Printable ASCII without spaces at either end, 1 to 128 bytes.
Status check_client_order_id(std::string_view text);
Result<VenueName> parse_venue_name(std::string_view text);
/// A decimal number above zero.
Result<OrderId> parse_order_id(std::string_view text);

/// The account that a replayed market's orders belong to.
constexpr std::string_view house_account_name = "house";
/// What a symbol's route is called where its orders stay here: no venue's name.
constexpr std::string_view internal_route_name = "internal";
/// What a venue's clearing account is called: this before the venue's name, as much as fits of it.
constexpr std::string_view clearing_account_prefix = "venue.";

}  // namespace trade

template <class Tag, class Integer>
struct std::hash<trade::detail::Id<Tag, Integer>> {
  std::size_t operator()(trade::detail::Id<Tag, Integer> id) const noexcept {
    return std::hash<Integer>{}(id.value);
  }
};
