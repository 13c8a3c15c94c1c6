#include "client/client.hpp"

#include <algorithm>

#include "fake_daemon.hpp"

namespace trade {
namespace {

using std::chrono::milliseconds;

SubmittedCommand buy(std::string_view client_order_id = {}) {
  PlaceOrder order;
  order.quantity = Quantity{100};
  order.client_order_id = client_order_id;
  return {order, "alice", "AAPL"};
}

ReplyBody accepted(const RequestBody& request) {
  SubmitReply reply;
  for (const SubmittedCommand& command : std::get<SubmitRequest>(request).commands) {
    static_cast<void>(command);
    CommandResult result;
    result.order = OrderId{reply.results.size() + 1};
    result.status = OrderStatus::submitted;
    reply.results.push_back(result);
  }
  return reply;
}

TEST(Client, SubmitsAndGetsTheResult) {
  const test::TemporaryDirectory home;
  SubmitRequest seen;
  std::string account;
  FakeDaemon tradingd(home.path(), "tradingd", [&](const RequestBody& request) {
    seen = std::get<SubmitRequest>(request);
    account = seen.commands.front().account_name;
    return accepted(request);
  });
  Client client(options_for(home));
  const auto result = client.submit(buy("my-1"), true);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->order, OrderId{1});
  EXPECT_EQ(account, "alice");
  EXPECT_TRUE(seen.dry_run);
  EXPECT_TRUE(seen.want_orders);

  SubmitRequest many;
  many.commands = {buy(), buy(), buy()};
  const auto results = client.submit(many);
  ASSERT_TRUE(results);
  EXPECT_EQ(results->results.size(), 3U);
}

TEST(Client, ARejectionIsAResult) {
  const test::TemporaryDirectory home;
  FakeDaemon tradingd(home.path(), "tradingd", [](const RequestBody&) {
    CommandResult result;
    result.reason = RejectReason::insufficient_buying_power;
    return SubmitReply{{result}};
  });
  Client client(options_for(home));
  const auto result = client.submit(buy());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->reason, RejectReason::insufficient_buying_power);
}

TEST(Client, RefusesSubmitsOutOfBounds) {
  const test::TemporaryDirectory home;
  Client client(options_for(home));
  SubmitRequest request;
  EXPECT_EQ(client.submit(request).error().code, ErrorCode::usage);
  request.commands.assign(submit_commands_max + 1, buy());
  EXPECT_EQ(client.submit(request).error().code, ErrorCode::usage);
}

TEST(Client, WithoutADaemonEveryCallSaysSoAtOnce) {
  const test::TemporaryDirectory home;
  Client client(options_for(home));
  const auto start = std::chrono::steady_clock::now();
  const auto submitted = client.submit(buy("my-1"));
  ASSERT_FALSE(submitted);
  EXPECT_EQ(submitted.error().code, ErrorCode::not_running);
  EXPECT_EQ(client.portfolio("alice").error().code, ErrorCode::not_running);
  EXPECT_EQ(client.quotes({"AAPL"}).error().code, ErrorCode::not_running);
  EXPECT_EQ(client.status("gatewayd").error().message.find("gatewayd is not running"), 0U);
  EXPECT_EQ(client.status("nonsense").error().code, ErrorCode::usage);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

TEST(Client, AnErrorReplyIsTheError) {
  const test::TemporaryDirectory home;
  FakeDaemon ledgerd(home.path(), "ledgerd", [](const RequestBody&) {
    return ErrorReply{Error{ErrorCode::not_found, "unknown_account", "no account 'x'", "look"}};
  });
  Client client(options_for(home));
  const auto portfolio = client.portfolio("x");
  ASSERT_FALSE(portfolio);
  EXPECT_EQ(portfolio.error().code, ErrorCode::not_found);
  EXPECT_EQ(portfolio.error().name, "unknown_account");
  EXPECT_EQ(portfolio.error().message, "no account 'x'");
  EXPECT_EQ(portfolio.error().hint, "look");
}

TEST(Client, AReplyOfTheWrongKindOrSizeIsAnInternalError) {
  const test::TemporaryDirectory home;
  ReplyBody wrong = QuotesReply{};
  FakeDaemon tradingd(home.path(), "tradingd", [&](const RequestBody&) { return wrong; });
  Client client(options_for(home));
  EXPECT_EQ(client.session().error().code, ErrorCode::internal);
  wrong = SubmitReply{};
  EXPECT_EQ(client.submit(buy()).error().code, ErrorCode::internal);
}

TEST(Client, BytesThatAreNoReplyAreAnInternalError) {
  const test::TemporaryDirectory home;
  FakeDaemon* daemon = nullptr;
  FakeDaemon tradingd(home.path(), "tradingd", [&](const RequestBody&) -> std::optional<ReplyBody> {
    const std::vector<std::byte> garbage(100, std::byte{0x5a});
    daemon->send_bytes(garbage);
    return std::nullopt;
  });
  daemon = &tradingd;
  Client client(options_for(home));
  const auto session = client.session();
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, ErrorCode::internal);
}

TEST(Client, SilenceTimesOutWithAHint) {
  const test::TemporaryDirectory home;
  FakeDaemon tradingd(home.path(), "tradingd", [](const RequestBody&) { return std::nullopt; });
  Client client(options_for(home, milliseconds(250)));
  const auto order = client.submit(buy());
  ASSERT_FALSE(order);
  EXPECT_EQ(order.error().code, ErrorCode::timed_out);
  EXPECT_TRUE(order.error().message.starts_with("tradingd did not answer within 0.25 s"))
      << order.error().message;
  EXPECT_NE(order.error().hint.find("outcome is unknown"), std::string::npos);
  EXPECT_NE(order.error().hint.find("trade orders"), std::string::npos);
  const auto identified = client.submit(buy("my-1"));
  EXPECT_NE(identified.error().hint.find("same client order id"), std::string::npos);
  EXPECT_EQ(client.submit(buy(), true).error().hint.find("outcome"), std::string::npos);
  EXPECT_EQ(client.session().error().code, ErrorCode::timed_out);
}

TEST(Client, ALateAnswerToAnEarlierRequestIsDiscarded) {
  const test::TemporaryDirectory home;
  FakeDaemon* daemon = nullptr;
  std::uint64_t late_id = 0;
  FakeDaemon tradingd(home.path(), "tradingd", [&](const RequestBody& request) -> std::optional<ReplyBody> {
    if (std::holds_alternative<SubmitRequest>(request)) {
      late_id = daemon->request_id();
      return std::nullopt;
    }
    daemon->send(late_id, accepted(SubmitRequest{{buy()}, false, false, false}));
    SessionReply reply;
    reply.session.phase = SessionPhase::closed;
    return reply;
  });
  daemon = &tradingd;
  Client client(options_for(home, milliseconds(200)));
  ASSERT_EQ(client.submit(buy()).error().code, ErrorCode::timed_out);
  const auto session = client.session();
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_EQ(session->phase, SessionPhase::closed);
}

TEST(Client, GoesOnAfterADaemonWasRestarted) {
  const test::TemporaryDirectory home;
  FakeDaemon tradingd(home.path(), "tradingd", accepted);
  Client client(options_for(home));
  ASSERT_TRUE(client.submit(buy("my-1")));
  tradingd.restart();
  const auto again = client.submit(buy("my-1"));
  ASSERT_TRUE(again) << again.error().message;
}

TEST(Client, WaitsForADaemonThatIsBeingRestarted) {
  const test::TemporaryDirectory home;
  FakeDaemon tradingd(home.path(), "tradingd", accepted);
  Client client(options_for(home));
  ASSERT_TRUE(client.submit(buy("my-1")));
  tradingd.stop();
  std::thread starter([&] {
    std::this_thread::sleep_for(milliseconds(150));
    tradingd.start();
  });
  const auto again = client.submit(buy("my-1"));
  starter.join();
  ASSERT_TRUE(again) << again.error().message;
}

TEST(Client, GivesUpOnADaemonThatStaysAwayAndIsQuickAboutItAfterwards) {
  const test::TemporaryDirectory home;
  FakeDaemon tradingd(home.path(), "tradingd", accepted);
  Client client(options_for(home, milliseconds(600)));
  ASSERT_TRUE(client.submit(buy("my-1")));
  tradingd.stop();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(client.submit(buy("my-1")).error().code, ErrorCode::not_running);
  const auto first = std::chrono::steady_clock::now();
  EXPECT_GE(first - start, milliseconds(500));
  EXPECT_EQ(client.submit(buy("my-1")).error().code, ErrorCode::not_running);
  EXPECT_LT(std::chrono::steady_clock::now() - first, milliseconds(500));
}

/// A daemon that dies upon its first request, once it has it, and comes back.
class DyingDaemon {
 public:
  explicit DyingDaemon(const test::TemporaryDirectory& home)
      : daemon_(home.path(), "tradingd", [this](const RequestBody& request) { return answer(request); }),
        undertaker_([this] {
          dying_.get_future().wait();
          daemon_.restart();
        }) {}
  ~DyingDaemon() { undertaker_.join(); }
  [[nodiscard]] int requests() const { return daemon_.requests(); }

 private:
  std::optional<ReplyBody> answer(const RequestBody& request) {
    if (std::exchange(died_, true)) return accepted(request);
    dying_.set_value();
    return std::nullopt;
  }
  bool died_ = false;
  std::promise<void> dying_;
  FakeDaemon daemon_;
  std::thread undertaker_;
};

TEST(Client, RepeatsASubmitThatIsSafeToRepeat) {
  const test::TemporaryDirectory home;
  DyingDaemon tradingd(home);
  Client client(options_for(home));
  SubmitRequest request;
  request.commands = {buy("my-1"), buy("my-2")};
  const auto reply = client.submit(request);
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->results.size(), 2U);
  EXPECT_EQ(tradingd.requests(), 2);
}

TEST(Client, DoesNotRepeatASubmitThatMayHaveHappened) {
  const test::TemporaryDirectory home;
  DyingDaemon tradingd(home);
  Client client(options_for(home));
  SubmitRequest request;
  request.commands = {buy("my-1"), buy()};
  const auto reply = client.submit(request);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::timed_out);
  EXPECT_NE(reply.error().message.find("went away before it answered"), std::string::npos);
  EXPECT_NE(reply.error().hint.find("outcome is unknown"), std::string::npos);
  EXPECT_EQ(tradingd.requests(), 1);
}

TEST(Client, ReadsAllPages) {
  const test::TemporaryDirectory home;
  constexpr std::uint32_t count = 2'345;
  int asked = 0;
  FakeDaemon tradingd(home.path(), "tradingd", [&](const RequestBody& body) -> std::optional<ReplyBody> {
    ++asked;
    const auto fill = [&]<class View>(const auto& request, std::vector<View>& rows) {
      // Gives fewer than it is asked for, as a daemon may.
      for (std::uint32_t number = request.after.value + 1; number <= count && rows.size() < 700; ++number) {
        rows.emplace_back().number.value = number;
      }
    };
    if (const auto* accounts = std::get_if<AccountsRequest>(&body)) {
      AccountsReply reply;
      fill(*accounts, reply.accounts);
      return reply;
    }
    SymbolsReply reply;
    fill(std::get<SymbolsRequest>(body), reply.symbols);
    return reply;
  });
  Client client(options_for(home));
  const auto accounts = client.accounts();
  ASSERT_TRUE(accounts) << accounts.error().message;
  ASSERT_EQ(accounts->size(), count);
  EXPECT_EQ(accounts->back().number.value, count);
  EXPECT_TRUE(std::ranges::is_sorted(*accounts, {}, [](const AccountView& row) { return row.number.value; }));
  EXPECT_LE(asked, 5);
  EXPECT_EQ(client.symbols()->size(), count);
}

TEST(Client, APageThatDoesNotMoveOnIsAnError) {
  const test::TemporaryDirectory home;
  FakeDaemon tradingd(home.path(), "tradingd", [](const RequestBody&) {
    AccountsReply reply;
    reply.accounts.emplace_back().number.value = 7;
    return reply;
  });
  Client client(options_for(home));
  EXPECT_EQ(client.accounts().error().code, ErrorCode::internal);
}

TEST(Client, LooksUpOneOfAKind) {
  const test::TemporaryDirectory home;
  FakeDaemon tradingd(home.path(), "tradingd", [](const RequestBody& body) -> std::optional<ReplyBody> {
    if (const auto* accounts = std::get_if<AccountsRequest>(&body)) {
      AccountsReply reply;
      if (accounts->name == "alice") reply.accounts.emplace_back().id = "alice";
      return reply;
    }
    if (std::holds_alternative<SymbolsRequest>(body)) return SymbolsReply{};
    return std::nullopt;
  });
  FakeDaemon ledgerd(home.path(), "ledgerd", [](const RequestBody& body) -> std::optional<ReplyBody> {
    if (const auto* orders = std::get_if<OrdersRequest>(&body)) {
      OrdersReply reply;
      if (orders->order == OrderId{5}) reply.orders.emplace_back().id = orders->order;
      return reply;
    }
    if (std::holds_alternative<FillsRequest>(body)) return FillsReply{std::vector<FillView>(2)};
    if (const auto* postings = std::get_if<PostingsRequest>(&body)) {
      // Looking for them takes a few requests.
      if (postings->after < 3) return PostingsReply{{}, postings->after + 1};
      return PostingsReply{std::vector<PostingView>(postings->after == 3 ? 3 : 0), 0};
    }
    if (std::holds_alternative<HoldingsRequest>(body)) return HoldingsReply{9, {}};
    return std::nullopt;
  });
  FakeDaemon feedd(home.path(), "feedd", [](const RequestBody& body) -> std::optional<ReplyBody> {
    if (const auto* depth = std::get_if<DepthRequest>(&body)) {
      DepthReply reply;
      reply.depth.symbol = depth->symbol;
      reply.depth.bids.resize(depth->levels);
      return reply;
    }
    if (const auto* tape = std::get_if<TapeRequest>(&body))
      return TapeReply{std::vector<TapeEntryView>(tape->limit)};
    return std::nullopt;
  });
  Client client(options_for(home));
  EXPECT_EQ(client.account("alice")->id, "alice");
  EXPECT_EQ(client.account("bob").error().code, ErrorCode::not_found);
  EXPECT_EQ(client.symbol("NONE").error().name, "unknown_symbol");
  EXPECT_EQ(client.order(OrderId{5})->id, OrderId{5});
  EXPECT_EQ(client.order(OrderId{6}).error().message, "no order 6");
  EXPECT_EQ(client.fills({})->size(), 2U);
  EXPECT_EQ(client.postings({})->size(), 3U);
  EXPECT_TRUE(client.postings({.account = {}, .after = 4})->empty());
  EXPECT_EQ(client.holdings("ledgerd", {})->sequence, 9U);
  EXPECT_EQ(client.depth("AAPL", 4)->bids.size(), 4U);
  EXPECT_EQ(client.tape("AAPL", 6)->size(), 6U);
  for (const char* daemon : {"tradingd", "ledgerd", "feedd"})
    EXPECT_EQ(client.status(daemon)->daemon, daemon);
}

}  // namespace
}  // namespace trade
