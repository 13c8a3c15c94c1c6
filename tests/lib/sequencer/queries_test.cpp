// What tradingd answers about venues and routes.
#include "sequencer/queries.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "sequencer/reply_size.hpp"

namespace trade::sequencer {
namespace {

class VenueQueriesTest : public ::testing::Test {
 protected:
  VenueQueriesTest() {
    apply(AddSymbol{.symbol = *Symbol::make("ABC")});
    apply(AddVenue{*VenueName::make("north")});
    apply(AddVenue{*VenueName::make("south"), WhenVenueDown::refuse});
    apply(SetRoute{{1}, {2}});
    apply(RemoveVenue{{1}});
  }
  void apply(const CommandBody& body) { engine.apply(Command{{}, body}, events); }
  [[nodiscard]] std::vector<VenueView> venues(const VenuesRequest& request) const {
    const ReplyBody reply = answer_query(engine, request);
    const auto* found = std::get_if<VenuesReply>(&reply);
    return found == nullptr ? std::vector<VenueView>{} : found->venues;
  }

  Engine engine;
  std::vector<Event> events;
};

TEST_F(VenueQueriesTest, ListsThoseThatThereAre) {
  const std::vector<VenueView> present = venues({});
  ASSERT_EQ(present.size(), 1U);
  EXPECT_EQ(present[0].name, "south");
  EXPECT_EQ(present[0].id, VenueId{2});
  EXPECT_EQ(present[0].when_down, WhenVenueDown::refuse);
  EXPECT_EQ(present[0].clearing_account, "venue.south");
  EXPECT_EQ(venues({.name = {}, .removed = true}).size(), 2U);
}

TEST_F(VenueQueriesTest, FindsOneByItsName) {
  EXPECT_EQ(venues({.name = "south"}).size(), 1U);
  EXPECT_EQ(venues({.name = "north", .removed = true}).size(), 1U);
  for (const char* name : {"north", "east"}) {
    const ReplyBody reply = answer_query(engine, VenuesRequest{.name = name});
    ASSERT_TRUE(std::holds_alternative<ErrorReply>(reply)) << name;
    EXPECT_EQ(std::get<ErrorReply>(reply).error.name, "unknown_venue");
  }
}

TEST_F(VenueQueriesTest, SymbolsTellTheirRoute) {
  const ReplyBody reply = answer_query(engine, SymbolsRequest{});
  const SymbolView& symbol = std::get<SymbolsReply>(reply).symbols.at(0);
  EXPECT_EQ(symbol.venue, VenueId{2});
  EXPECT_EQ(symbol.venue_name, "south");
}

TEST_F(VenueQueriesTest, TheSizeOfAnAnswerCountsItsRows) {
  VenuesReply few;
  VenuesReply many;
  many.venues.resize(100);
  EXPECT_GE(approximate_bytes(many), approximate_bytes(few) + 100 * sizeof(VenueView));
}

}  // namespace
}  // namespace trade::sequencer
