#include "fix/resend.hpp"

#include <gtest/gtest.h>

#include "lib/fix/made_message.hpp"

namespace trade::fix::test {
namespace {

const std::string report = framed(
    "35=8|34=7|49=TRADE|52=20260130-14:30:00.000|56=BUYSIDE|37=17|11=o1|58=10=x|60=20260130-14:30:00.000|");

TEST(Resend, KeepsEveryFieldAndSaysWhenItWasSentFirst) {
  const std::string again = sent_again(report, "20260130-15:00:00.000");
  EXPECT_EQ(readable(again),
            readable(framed("35=8|34=7|43=Y|49=TRADE|52=20260130-15:00:00.000|122=20260130-14:30:00.000|"
                            "56=BUYSIDE|37=17|11=o1|58=10=x|60=20260130-14:30:00.000|")));
  Framer framer;
  std::string message;
  ASSERT_TRUE(framer.add(again.data(), again.size()));
  ASSERT_TRUE(framer.next(message));
  EXPECT_EQ(message, again);
}

TEST(Resend, ReadsTypeAndNumber) {
  EXPECT_EQ(type_of(report), "8");
  EXPECT_EQ(sequence_of(report), 7);
  EXPECT_EQ(type_of("nothing"), "");
  EXPECT_EQ(sequence_of("nothing"), 0);
}

TEST(Resend, FillsAGap) {
  EXPECT_EQ(readable(gap_fill({"FIX.4.2", "TRADE", "BUYSIDE"}, 3, 9, "20260130-15:00:00.000")),
            readable(framed("35=4|34=3|43=Y|49=TRADE|52=20260130-15:00:00.000|56=BUYSIDE|"
                            "122=20260130-15:00:00.000|36=9|123=Y|",
                            "FIX.4.2")));
}

TEST(Resend, SaysWhatIsSentAgain) {
  for (const char* const type : {"8", "9", "j", "r", "AF"})
    EXPECT_TRUE(is_sent_again(type)) << type;
  for (const char* const type : {"0", "1", "2", "3", "4", "5", "A", "W", "X", ""})
    EXPECT_FALSE(is_sent_again(type)) << type;
}

}  // namespace
}  // namespace trade::fix::test
