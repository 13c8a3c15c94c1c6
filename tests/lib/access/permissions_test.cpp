// The decision about every kind of request and command, by role.
#include "access/permissions.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include <gtest/gtest.h>

namespace trade::access::test {
namespace {

const Grant viewer{KeyRole::viewer, {"alice"}};
const Grant trader{KeyRole::trader, {"alice"}};
const Grant desk{KeyRole::trader, {"alice", "carol"}};
const Grant operators{KeyRole::desk_operator, {}};

bool may(const Grant& grant, RequestBody body) {
  const Status decided = permit(grant, body);
  if (!decided) {
    EXPECT_EQ(decided.error().code, ErrorCode::not_permitted);
    EXPECT_FALSE(decided.error().message.empty());
  }
  return decided.has_value();
}

bool may_submit(const Grant& grant, CommandBody body, std::string_view account, bool dry_run = false) {
  SubmitRequest request;
  request.commands.push_back({std::move(body), account, "AAPL"});
  request.dry_run = dry_run;
  return may(grant, std::move(request));
}

/// The alternative of this number as it is made by default.
template <class Variant, std::size_t... I>
Variant made(std::size_t index, std::index_sequence<I...>) {
  Variant variant;
  static_cast<void>(((I == index ? (variant.template emplace<I>(), true) : false) || ...));
  return variant;
}
template <class Variant>
Variant made(std::size_t index) {
  return made<Variant>(index, std::make_index_sequence<std::variant_size_v<Variant>>());
}

/// The number of an alternative.
template <class Variant, class Alternative>
std::size_t number_of() {
  return Variant(Alternative{}).index();
}
template <class Alternative>
std::size_t command() {
  return number_of<CommandBody, Alternative>();
}
template <class Alternative>
std::size_t request() {
  return number_of<RequestBody, Alternative>();
}

TEST(PermissionsTest, OnlyCommandsAboutOrdersAreATraders) {
  const std::set<std::size_t> of_orders{command<PlaceOrder>(), command<CancelOrder>(),
                                        command<CancelAllOrders>(), command<ReplaceOrder>()};
  // What a venue says is told on the suite's own machine, where nobody asks this.
  const std::set<std::size_t> of_this_machine{command<SetVenueSession>(), command<VenueReport>()};
  for (std::size_t kind = 0; kind < std::variant_size_v<CommandBody>; ++kind) {
    SCOPED_TRACE("command kind " + std::to_string(kind));
    const auto body = made<CommandBody>(kind);
    EXPECT_EQ(may_submit(operators, body, "alice"), !of_this_machine.contains(kind));
    EXPECT_EQ(may_submit(operators, body, ""), !of_this_machine.contains(kind));
    EXPECT_EQ(may_submit(trader, body, "alice"), of_orders.contains(kind));
    EXPECT_FALSE(may_submit(trader, body, "bob"));
    EXPECT_FALSE(may_submit(trader, body, ""));
    EXPECT_FALSE(may_submit(viewer, body, "alice"));
    EXPECT_FALSE(may_submit(viewer, body, "alice", true));
  }
}

TEST(PermissionsTest, ANumberDoesNotStandForAnAccount) {
  const AccountId number{7};
  EXPECT_FALSE(may_submit(trader, PlaceOrder{.account = number}, "alice"));
  EXPECT_FALSE(may_submit(trader, CancelOrder{.account = number}, "alice"));
  EXPECT_FALSE(may_submit(trader, CancelAllOrders{.account = number}, "alice"));
  EXPECT_FALSE(may_submit(trader, ReplaceOrder{.account = number}, "alice"));
  EXPECT_TRUE(may_submit(operators, PlaceOrder{.account = number}, ""));
}

TEST(PermissionsTest, EveryCommandOfASubmitIsLookedAt) {
  SubmitRequest request;
  request.commands.push_back({CancelOrder{}, "alice", {}});
  EXPECT_TRUE(may(trader, request));
  request.commands.push_back({CancelOrder{}, "bob", {}});
  EXPECT_FALSE(may(trader, request));
  request.commands.back() = {DepositCash{}, "alice", {}};
  EXPECT_FALSE(may(trader, request));
}

TEST(PermissionsTest, RequestsByKind) {
  enum class Who { anybody, own, own_or_narrowed, operator_only };
  std::map<std::size_t, Who> table;
  for (std::size_t kind = 0; kind < std::variant_size_v<RequestBody>; ++kind)
    table[kind] = Who::operator_only;
  for (const std::size_t kind : {request<SymbolsRequest>(), request<SessionRequest>(),
                                 request<QuotesRequest>(), request<DepthRequest>(), request<TapeRequest>(),
                                 request<BarsRequest>(), request<QuoteHistoryRequest>(),
                                 request<StatusRequest>(), request<ClockRequest>(), request<SubmitRequest>()})
    table[kind] = Who::anybody;
  for (const std::size_t kind :
       {request<AccountsRequest>(), request<PortfolioRequest>(), request<PostingsRequest>(),
        request<EquityHistoryRequest>(), request<AccountEventsRequest>()})
    table[kind] = Who::own;
  for (const std::size_t kind : {request<OrdersRequest>(), request<FillsRequest>()})
    table[kind] = Who::own_or_narrowed;
  for (const auto& [kind, who] : table) {
    SCOPED_TRACE("request kind " + std::to_string(kind));
    // Made by default it names no account and changes nothing.
    const auto body = made<RequestBody>(kind);
    EXPECT_TRUE(may(operators, body));
    const bool single = who == Who::anybody || who == Who::own_or_narrowed;
    EXPECT_EQ(may(viewer, body), single);
    EXPECT_EQ(may(trader, body), single);
    EXPECT_EQ(may(desk, body), who == Who::anybody);
  }
}

template <class Asked>
void expect_own_accounts_only(std::string Asked::* account) {
  const auto about = [&](const char* name) {
    Asked asked;
    asked.*account = name;
    return asked;
  };
  for (const Grant& grant : {viewer, trader, desk}) {
    EXPECT_TRUE(may(grant, about("alice")));
    EXPECT_FALSE(may(grant, about("bob")));
    EXPECT_FALSE(may(grant, about("ALICE")));
    EXPECT_FALSE(may(grant, about("alice2")));
  }
  EXPECT_TRUE(may(desk, about("carol")));
  EXPECT_FALSE(may(trader, about("carol")));
  EXPECT_TRUE(may(operators, about("bob")));
}

TEST(PermissionsTest, BooksAreOfTheOwnAccounts) {
  expect_own_accounts_only(&AccountsRequest::name);
  expect_own_accounts_only(&PortfolioRequest::account);
  expect_own_accounts_only(&PostingsRequest::account);
  expect_own_accounts_only(&EquityHistoryRequest::account);
  expect_own_accounts_only(&AccountEventsRequest::account);
  expect_own_accounts_only(&OrdersRequest::account);
  expect_own_accounts_only(&FillsRequest::account);
}

TEST(PermissionsTest, AListOfAllIsNarrowedToTheOnlyAccount) {
  RequestBody orders = OrdersRequest{.order = OrderId{5}};
  ASSERT_TRUE(permit(trader, orders));
  EXPECT_EQ(std::get<OrdersRequest>(orders).account, "alice");
  RequestBody fills = FillsRequest{};
  ASSERT_TRUE(permit(viewer, fills));
  EXPECT_EQ(std::get<FillsRequest>(fills).account, "alice");
  RequestBody everything = OrdersRequest{};
  ASSERT_TRUE(permit(operators, everything));
  EXPECT_EQ(std::get<OrdersRequest>(everything).account, "");
}

TEST(PermissionsTest, OrdersOfAnyAccountByTheirIdsAreAnOperators) {
  const OrdersRequest asked{.account = "alice", .orders = {OrderId{1}}};
  EXPECT_FALSE(may(trader, asked));
  EXPECT_TRUE(may(operators, asked));
}

TEST(PermissionsTest, TheClockMayBeReadButNotSet) {
  EXPECT_TRUE(may(viewer, ClockRequest{}));
  EXPECT_FALSE(may(trader, ClockRequest{.step_nanoseconds = 1}));
  EXPECT_FALSE(may(trader, ClockRequest{.running = true, .dry_run = true}));
  EXPECT_TRUE(may(operators, ClockRequest{.step_nanoseconds = 1}));
}

TEST(PermissionsTest, AGrantWithoutAccountsOpensNone) {
  const Grant nobody{KeyRole::trader, {}};
  EXPECT_FALSE(may(nobody, OrdersRequest{}));
  EXPECT_FALSE(may(nobody, PortfolioRequest{}));
  EXPECT_FALSE(may_submit(nobody, PlaceOrder{}, ""));
}

}  // namespace
}  // namespace trade::access::test
