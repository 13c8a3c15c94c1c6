#include "fixd/line_bounds.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "http/client_address.hpp"

namespace trade::fixd {
namespace {

class LineBoundsTest : public testing::Test {
 protected:
  /// Takes so many connections, each after what has to end for it; returns how many ended.
  std::size_t open(std::size_t count, const std::string& address) {
    std::size_t ended = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (Line* const line = line_to_end(lines_, address)) {
        std::erase_if(lines_, [line](const auto& one) { return one.get() == line; });
        ++ended;
      }
      lines_.push_back(std::make_unique<Line>(-1, address));
    }
    return ended;
  }
  [[nodiscard]] std::size_t count_from(const std::string& address) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(lines_, [&](const auto& line) { return line->address() == address; }));
  }

  std::vector<std::unique_ptr<Line>> lines_;
};

TEST_F(LineBoundsTest, AClientThatDoesNotLogOnHasHalfOfThePlaces) {
  open(1, "10.0.0.1");
  lines_.back()->comp_id = "BUYSIDE";
  open(3, "10.0.0.2");
  EXPECT_EQ(open(1'100, "10.0.0.1"), 1'100 - waiting_lines_of_client_max);
  EXPECT_EQ(count_from("10.0.0.1"), waiting_lines_of_client_max + 1) << "who has logged on stays";
  EXPECT_EQ(count_from("10.0.0.2"), 3u);
  EXPECT_EQ(lines_.front()->comp_id, "BUYSIDE");
  EXPECT_EQ(open(1, "10.0.0.3"), 0u);
}

TEST_F(LineBoundsTest, OfAllThatDoNotLogOnTheOldestMakesRoom) {
  for (std::size_t i = 0; i < waiting_lines_max; ++i)
    EXPECT_EQ(open(1, "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250)), 0u);
  EXPECT_EQ(open(1, "10.1.0.0"), 1u);
  EXPECT_EQ(lines_.front()->address(), "10.0.0.1");
  EXPECT_EQ(lines_.size(), waiting_lines_max);
}

TEST_F(LineBoundsTest, AddressesOfOneClientCountAsOne) {
  EXPECT_EQ(http::client_of_address("::ffff:10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(http::client_of_address("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
  EXPECT_EQ(http::client_of_address("no address"), "no address");
  open(waiting_lines_of_client_max, "2001:db8:1:2::1");
  EXPECT_EQ(open(1, "2001:db8:1:2::ffff"), 1u);
  EXPECT_EQ(open(1, "2001:db8:1:3::1"), 0u);
}

}  // namespace
}  // namespace trade::fixd
