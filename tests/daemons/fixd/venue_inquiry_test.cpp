#include "fixd/venue_inquiry.hpp"

#include <gtest/gtest.h>

namespace trade::fixd {
namespace {

constexpr std::int64_t second = 1'000'000'000;

TEST(VenueInquiry, AsksForAllAndThenOneByOneForWhatIsLeft) {
  VenueInquiry inquiry;
  inquiry.begin({OrderId{1}, OrderId{2}}, true, 0);
  auto questions = inquiry.turn(0);
  ASSERT_EQ(questions.size(), 1u);
  EXPECT_TRUE(questions.front().mass);
  EXPECT_TRUE(inquiry.turn(second).empty());
  inquiry.known({1});
  inquiry.mass_done(2 * second);
  questions = inquiry.turn(2 * second);
  ASSERT_EQ(questions.size(), 1u);
  EXPECT_EQ(questions.front().order, OrderId{2});
}

TEST(VenueInquiry, AMassRequestThatIsNotAnsweredHoldsNothingUp) {
  VenueInquiry inquiry;
  inquiry.begin({OrderId{1}}, true, 0);
  inquiry.turn(0);
  EXPECT_TRUE(inquiry.turn(VenueInquiry::answer_time_max_ns - 1).empty());
  const auto questions = inquiry.turn(VenueInquiry::answer_time_max_ns);
  ASSERT_EQ(questions.size(), 1u);
  EXPECT_EQ(questions.front().order, OrderId{1});
}

TEST(VenueInquiry, WithNothingUnknownNothingIsAsked) {
  VenueInquiry inquiry;
  inquiry.begin({}, true, 0);
  EXPECT_TRUE(inquiry.turn(0).empty());
  EXPECT_FALSE(inquiry.mass_pending());
}

TEST(VenueInquiry, AsksAgainLaterAndLater) {
  VenueInquiry inquiry;
  inquiry.begin({OrderId{1}}, false, 0);
  std::int64_t now = 0;
  for (const int factor : {1, 2, 4, 8, 8}) {
    ASSERT_EQ(inquiry.turn(now).size(), 1u) << factor;
    now += factor * VenueInquiry::answer_time_max_ns;
    EXPECT_TRUE(inquiry.turn(now - 1).empty()) << factor;
  }
}

TEST(VenueInquiry, WhatIsAskedAnywayIsAskedUntilThereIsAnAnswer) {
  VenueInquiry inquiry;
  inquiry.ask_again({1}, 0);
  EXPECT_TRUE(inquiry.turn(VenueInquiry::again_after_ns - 1).empty());
  inquiry.known({1});
  EXPECT_EQ(inquiry.turn(VenueInquiry::again_after_ns).size(), 1u);
  inquiry.answered({1});
  EXPECT_EQ(inquiry.size(), 0u);
}

TEST(VenueInquiry, AVenueThatDoesNotKnowYetIsAskedLessAndLessOften) {
  VenueInquiry inquiry;
  std::int64_t now = 0;
  for (const int factor : {1, 2, 4, 8, 16, 16}) {
    inquiry.ask_again({1}, now);
    now += factor * VenueInquiry::again_after_ns;
    EXPECT_TRUE(inquiry.turn(now - 1).empty()) << factor;
    ASSERT_EQ(inquiry.turn(now).size(), 1u) << factor;
  }
}

TEST(VenueInquiry, OneMoreOfUnknownFateIsAskedAboutAtOnceUntilItIsKnown) {
  VenueInquiry inquiry;
  inquiry.add({1}, 5);
  EXPECT_EQ(inquiry.turn(5).size(), 1u);
  inquiry.add({1}, 6);
  EXPECT_TRUE(inquiry.turn(6).empty()) << "it has been asked";
  inquiry.known({1});
  EXPECT_EQ(inquiry.size(), 0u);
}

TEST(VenueInquiry, TriesTheNextNameAtOnce) {
  VenueInquiry inquiry;
  inquiry.begin({OrderId{1}}, false, 0);
  EXPECT_EQ(inquiry.turn(0).front().attempt, 0u);
  inquiry.try_next_name({1}, 1);
  const auto questions = inquiry.turn(1);
  ASSERT_EQ(questions.size(), 1u);
  EXPECT_EQ(questions.front().attempt, 1u);
}

TEST(VenueInquiry, AsksInPortions) {
  VenueInquiry inquiry;
  std::vector<OrderId> orders;
  for (std::uint64_t id = 1; id <= 12; ++id)
    orders.push_back({id});
  inquiry.begin(orders, false, 0);
  EXPECT_EQ(inquiry.turn(0).size(), VenueInquiry::questions_per_turn_max);
  EXPECT_EQ(inquiry.turn(0).size(), VenueInquiry::questions_per_turn_max);
  EXPECT_EQ(inquiry.turn(0).size(), 2u);
  EXPECT_TRUE(inquiry.turn(0).empty());
}

}  // namespace
}  // namespace trade::fixd
